import pytest

from devkit.bench.figures import Spread, median, percentile, rate_between, ratio


def test_a_percentile_is_a_sample_that_so_many_do_not_exceed():
    ranked = [float(number) for number in range(1, 101)]

    assert [percentile(ranked, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50, 95, 99, 100]
    assert percentile([7.0], 0.01) == 7.0


def test_one_slow_answer_in_a_hundred_shows_in_the_longest_and_not_in_the_ninety_ninth():
    spread = Spread.of([0.010] * 99 + [2.0])

    assert (spread.p50, spread.p99, spread.longest) == (10, 10, 2000)


def test_without_samples_there_is_no_figure():
    with pytest.raises(ValueError, match="no samples"):
        Spread.of([])


def test_a_rate_leaves_out_how_it_begins_and_ends():
    # Five seconds nothing happens, then 1,000 a second, and the last 50 take another five.
    samples = [(0.0, 0), (5.0, 0), *((5.0 + step / 10, 100 * step) for step in range(1, 20)), (12.0, 1_950)]

    assert rate_between(samples) == pytest.approx(1_000)


def test_what_was_done_between_two_looks_cannot_be_timed():
    with pytest.raises(ValueError, match="too quickly"):
        rate_between([(0.0, 0), (0.05, 500)])


def test_the_median_of_three_is_the_middle_one():
    assert median([9.0, 1.0, 5.0]) == 5.0


def test_a_ratio_to_nothing_is_nothing():
    assert (ratio(450, 1800), ratio(450, 0)) == (0.25, 0.0)
