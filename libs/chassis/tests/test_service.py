from pantry.main import service


def test_a_service_tells_what_it_says_and_reads_for_access_lists_and_documents():
    says = service.topics()

    assert [(each["topic"], each["by_partner"]) for each in says["publishes"]] == [
        ("pantry.gift-result.v1", True),
        ("pantry.jar-state.v1", False),
        ("pantry.jar.v1", False),
    ]
    assert says["publishes"][2]["events"] == ["jar.filled"]
    assert [(each["topic"], each["as"], each["group"], each["by_partner"]) for each in says["reads"]] == [
        ("farm.crop.v1", "consumer", "pantry.crops", False),
        ("market.price.v1", "copy", "pantry.prices", False),
        ("gateway.identity.v1", "copy", "pantry.identity", False),
        ("pantry.gift.v1", "door", "pantry.gifts", True),
    ]
