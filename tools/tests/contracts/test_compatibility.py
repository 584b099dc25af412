"""What the gate lets through and what it stops, each with the name of the field and the rule."""

from typing import Any

import pytest

from devkit.contracts.compatibility import breaks


def schema(**fields: Any) -> dict[str, Any]:
    required = [name for name, field in fields.items() if "default" not in field]
    return {"x-topic": "t.v1", "x-key": "id", "properties": fields, "required": required}


text = {"type": "string"}
number = {"type": "integer"}


def test_the_same_schema_breaks_nothing() -> None:
    assert breaks("a.b", schema(name=text), schema(name=text)) == []


def test_an_optional_field_may_be_added() -> None:
    assert breaks("a.b", schema(name=text), schema(name=text, note={**text, "default": None})) == []


def test_words_about_a_field_may_change() -> None:
    described = {**text, "title": "Name", "description": "who it is"}
    assert breaks("a.b", schema(name=text), schema(name=described)) == []


@pytest.mark.parametrize(
    ("released", "current", "field", "says"),
    [
        (schema(name=text), schema(), "name", "was removed"),
        (schema(name=text), schema(name=text, age=number), "age", "new and required"),
        (schema(name={**text, "default": ""}), schema(name=text), "name", "became required"),
        (schema(name=text), schema(name={**text, "default": ""}), "name", "became optional"),
        (schema(name=text), schema(name=number), "name", "type was 'string'"),
        (schema(name={**text, "enum": ["a"]}), schema(name={**text, "enum": ["a", "b"]}), "name", "enum was ['a']"),
        (schema(name={**text, "maxLength": 9}), schema(name={**text, "maxLength": 5}), "name", "maxLength was 9"),
        (schema(name={**text, "x-personal": True}), schema(name=text), "name", "x-personal was True"),
        (schema(n={**number, "default": 1}), schema(n={**number, "default": 2}), "n", "default was 1"),
    ],
)
def test_a_break_names_the_field_and_the_rule(
    released: dict[str, Any], current: dict[str, Any], field: str, says: str
) -> None:
    (found,) = breaks("a.b", released, current)
    assert found.field == field
    assert says in found.rule


def test_a_field_inside_a_list_of_referenced_models_is_found() -> None:
    def lines(**fields: Any) -> dict[str, Any]:
        return {
            **schema(lines={"type": "array", "items": {"$ref": "#/$defs/Line"}}),
            "$defs": {"Line": schema(**fields)},
        }

    (found,) = breaks("a.b", lines(sku=text, quantity=number), lines(sku=text))
    assert found.field == "lines[].quantity"


def test_an_event_type_may_not_go() -> None:
    (found,) = breaks("a.b", schema(name=text), None)
    assert "may not go" in found.rule


def test_topic_and_key_are_fixed() -> None:
    moved = {**schema(name=text), "x-topic": "u.v1", "x-key": "name"}
    assert len(breaks("a.b", schema(name=text), moved)) == 2
