from uuid import UUID

import pytest

from chassis.testing import Harness

pytestmark = pytest.mark.connected

WRITE = {"things:write", "things:read"}


async def test_every_wrong_field_is_named_by_a_pointer_and_in_the_callers_language(shelf: Harness):
    body = {"name": 5, "parts": [{"sku": "x" * 30, "quantity": -1}, {"quantity": 1}]}

    answer = await shelf.client(permissions=WRITE, language="vi").post("/things", json=body)

    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == "vi"
    assert (problem["code"], problem["status"], problem["instance"]) == ("invalid-request", 422, "/things")
    assert {(each["code"], each["pointer"]) for each in problem["errors"]} == {
        ("string-type", "#/name"),
        ("string-too-long", "#/parts/0/sku"),
        ("greater-than", "#/parts/0/quantity"),
        ("missing", "#/parts/1/sku"),
    }
    assert "Trường này là bắt buộc." in {each["detail"] for each in problem["errors"]}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en-GB,en;q=0.9", "There is no thing 00000000-0000-0000-0000-000000000000."),
        ("zh-CN", "没有物品 00000000-0000-0000-0000-000000000000。"),
        ("fr, en;q=0", "Không có món 00000000-0000-0000-0000-000000000000."),
        ("fr;q=1, zh;q=0.3, en;q=0.2", "没有物品 00000000-0000-0000-0000-000000000000。"),
    ],
)
async def test_a_business_refusal_is_told_in_the_best_language_of_ours(shelf: Harness, language: str, sentence: str):
    answer = await shelf.client(permissions=WRITE, language=language).get(f"/things/{UUID(int=0)}")

    assert answer.status_code == 404
    assert answer.json()["code"] == "thing-not-found"
    assert answer.json()["detail"] == sentence


async def test_a_conflict_says_the_state_and_what_is_possible(shelf: Harness):
    client = shelf.client(permissions=WRITE)
    for _ in range(3):
        assert (await client.post("/things", json={"name": "jar"})).status_code == 201

    answer = await client.post("/things", json={"name": "jar"})

    assert answer.status_code == 409
    assert answer.json()["detail"] == "The shelf of CH1 is full; possible: CH8, CH9."
    assert answer.json()["params"] == {"store": "CH1", "possible": ["CH8", "CH9"]}


async def test_every_reason_of_the_business_stands_beside_the_others(shelf: Harness):
    answer = await shelf.client(permissions=WRITE).post("/things", json={"name": "wrong"})

    assert answer.status_code == 422
    assert [(each["pointer"], each["detail"]) for each in answer.json()["errors"]] == [
        ("#/name", "The name is not one."),
        ("#/parts/0/sku", "This field is required."),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{nope", "malformed-body"),
        (b'{"name": NaN}', "malformed-body"),
        (b'{"name": "\xff"}', "body-not-utf8"),
        (b"[" * 100_000, "body-too-deep"),
        (b'{"name": ' + b"9" * 5000 + b"}", "invalid-request"),
    ],
)
async def test_a_body_that_cannot_be_read_is_a_clean_refusal(shelf: Harness, content: bytes, code: str):
    answer = await shelf.client(permissions=WRITE).post(
        "/things", content=content, headers={"content-type": "application/json"}
    )

    assert answer.status_code in (400, 422)
    assert answer.json()["code"] == code


async def test_what_the_database_cannot_hold_is_refused_by_its_place(shelf: Harness):
    content = rb'{"name": "a\u0000b", "store": "\ud800", "parts": [{"sku": "x", "quantity": 1e30, "\u0000": 1}]}'

    answer = await shelf.client(permissions=WRITE).post(
        "/things", content=content, headers={"content-type": "application/json"}
    )

    assert answer.status_code == 422
    assert [(each["code"], each["pointer"]) for each in answer.json()["errors"]] == [
        ("nul-character", "#/name"),
        ("broken-character", "#/store"),
        ("number-too-large", "#/parts/0/quantity"),
        ("nul-character", "#/parts/0"),
    ]


async def test_a_field_whose_name_is_broken_is_named_all_the_same(shelf: Harness):
    answer = await shelf.client(permissions=WRITE).post(
        "/things", content=rb'{"name": "a", "\ud800": "\u0000"}', headers={"content-type": "application/json"}
    )

    assert answer.status_code == 422
    assert [(each["code"], each["pointer"]) for each in answer.json()["errors"]] == [
        ("broken-character", "#"),
        ("nul-character", "#/\ud800"),
    ]


async def test_an_escaped_backslash_before_u0000_is_no_nul(shelf: Harness):
    answer = await shelf.client(permissions=WRITE).post(
        "/things", content=rb'{"name": "\\u0000"}', headers={"content-type": "application/json"}
    )

    assert answer.status_code == 201


@pytest.mark.parametrize("address", ["/things?store=%00", "/things/%00"])
async def test_a_nul_in_an_address_is_refused(shelf: Harness, address: str):
    answer = await shelf.client(permissions=WRITE).get(address)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "nul-character"


async def test_ten_thousand_lines_are_refused_in_one_sentence(shelf: Harness):
    body = {"name": "jar", "parts": [{"sku": "x", "quantity": 1}] * 10_000}

    answer = await shelf.client(permissions=WRITE).post("/things", json=body)

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == ["#/parts"]
    assert await shelf.rows("SELECT 1 FROM thing") == []


async def test_a_body_past_the_limit_ends_where_the_limit_is(shelf: Harness):
    async def endless():
        for _ in range(40):
            yield b" " * 100_000

    client = shelf.client(permissions=WRITE)
    declared = await client.post("/things", content=b" " * 3_000_000, headers={"content-type": "application/json"})
    chunked = await client.post("/things", content=endless(), headers={"content-type": "application/json"})

    assert {declared.status_code, chunked.status_code} == {413}
    assert chunked.json()["code"] == "body-too-large"


async def test_a_body_that_is_not_json_is_unsupported(shelf: Harness):
    answer = await shelf.client(permissions=WRITE).post("/things", content=b"name=jar")

    assert (answer.status_code, answer.json()["code"]) == (415, "body-not-json")


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [("GET", "/nowhere", 404, "no-such-route"), ("DELETE", "/things", 405, "method-not-allowed")],
)
async def test_an_address_or_method_unknown_is_a_problem_too(shelf, method, address, status, code):
    answer = await shelf.client(permissions=WRITE).request(method, address)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_fault_of_ours_tells_nothing_of_itself_and_writes_nothing(shelf: Harness):
    answer = await shelf.client(permissions=WRITE).post("/things/loose?fail=raise", headers={"idempotency-key": "k"})

    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert "fault of ours" not in answer.text
    assert await shelf.rows("SELECT 1 FROM trace") == []


async def test_a_refusal_answered_by_the_handler_itself_is_rolled_back(shelf: Harness):
    answer = await shelf.client(permissions=WRITE).post("/things/loose?fail=answer", headers={"idempotency-key": "k"})

    assert answer.status_code == 409
    assert await shelf.rows("SELECT 1 FROM trace") == []
    assert await shelf.rows("SELECT 1 FROM chassis.idempotency") == []


async def test_a_value_the_database_refuses_is_the_callers_fault_not_ours(shelf: Harness):
    answer = await shelf.client(permissions=WRITE).post("/things/loose?fail=value", headers={"idempotency-key": "k"})

    assert (answer.status_code, answer.json()["code"]) == (422, "value-not-storable")


async def test_a_transaction_chosen_to_give_way_is_tried_again_before_it_is_refused(shelf: Harness):
    answer = await shelf.client(permissions=WRITE).post("/things/loose?fail=deadlock", headers={"idempotency-key": "k"})

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert await shelf.rows("SELECT 1 FROM trace") == []


async def test_a_route_may_insist_on_an_idempotency_key(shelf: Harness):
    answer = await shelf.client(permissions=WRITE).post("/things/loose")

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")
