from devkit.bench.musts import MUSTS, Must


def test_a_figure_is_found_by_its_path_and_judged_in_its_direction():
    memory = Must("memory", "memory.total_mb", 900, 600, less=True)

    assert memory.value({"memory": {"total_mb": 850}}) == 850
    assert (memory.reached(900), memory.reached(901)) == (True, False)


def test_what_was_not_measured_is_not_judged():
    assert [must.value({"intake": {}}) for must in MUSTS] == [None] * len(MUSTS)
