"""The tuned numbers of the distiller: each with its unit and its meaning.

Units: *factor*, multiplied with a weight or a share of it; *weight*, on the scale of `rules.schema.ROLES`;
*lines*, *bytes*, *characters*, *findings*: numbers of these. In a *huge* log, one of `huge_log` lines or
more, much looks like a cause by chance.

Evidence: each number was chosen by its recall on labelled logs of real failures. `bench/weights.txt` records
what becomes of the recall with each of them halved and doubled; a test holds that none is missing there.
`bench/weights.py` finds these figures: run it before and after a change.
"""

from __future__ import annotations

from dataclasses import dataclass

from .rules import CAUSE


@dataclass(frozen=True, slots=True)
class Weights:
    """The numbers, in the order in which a log meets them."""

    # Context: shares of a finding's weight for the lines around it (`context.neighbours`).
    lines_before: tuple[float, ...] = (0.35, 0.25, 0.15)  # factors: before a block, the nearest first
    unrelated_line: float = 0.2  # factor: a line that starts something else, such as the next task
    after_blank: float = 0.9  # factor: lines after a block, for each blank line between
    after_section: float = 0.1  # factor: lines after another section of a report, or a step's end
    leading_lines: int = 8  # lines before a finding, of its block, that keep their share …
    farther_lines: float = 0.65  # factor: … and those before these
    heading: float = 0.9  # factor: a finding's heading
    below_heading: float = 0.1  # factor: lines between a heading and its finding
    next_to: int = 3  # lines: next to a block, in which its place, its test or its reason may be
    of_block: float = 0.3  # share from which on a line may be the reason of a finding
    boilerplate: float = 0.2  # factor: a line that explains nothing, in a block or a step's tail
    heavy_rule: float = 2.0  # weight: lighter rules take few lines around

    # Context: hunks of a diff (`context.diff_hunks`).
    differing_lines: int = 3  # lines: of each side of a hunk, that have the share of its header
    same_lines: float = 0.7  # factor: a hunk's header without a place, and lines that do not differ

    # Context: stack traces and quoted sources (`context.stack_traces`).
    top_frames: int = 12  # frames: at the top of a stack, that keep their share
    deeper_frames: float = 0.9  # factor: frames below these, and each of a library
    called_frames: int = 5  # frames: of a library, called by own code, that keep their share …
    further_called: float = 0.6  # factor: … and further ones
    calling_frames: float = 0.7  # factor: frames that called own code
    unknown_frames: int = 3  # frames: of a stack without own code, that keep their share …
    library_frames: float = 0.4  # factor: … further ones, and frames of installed packages
    library_sources: float = 0.25  # factor: sources that are quoted from installed packages
    around_pointed: float = 0.4  # factor: lines of a code frame around the one that it points at
    aside: float = (
        0.3  # factor: a docstring, a quoted text below its first line, how a file came to be included
    )

    # Position: where in the log a finding is (`score.position`).
    before_step: float = 0.3  # factor: before the failed step
    after_step: float = 0.4  # factor: after the last failed step: uploads, cleaning up …
    close_after_lines: int = 3  # lines: … that are right after it
    right_after_step: float = 0.9  # factor: there
    in_success: float = 0.3  # factor: printed by a tool that succeeded in the end
    other_step: float = 0.5  # factor: of another step, by the times of the API
    far: float = 0.72  # factor: far before the step's end; at the end 1
    reach: int = 300  # lines: before the end after which most of that difference is gone
    huge_log: int = 30_000  # lines: from which on a log is huge
    last_say: int = 40  # lines: before a step's end, in which the failed tools report, in a huge log
    other_family: float = 0.5  # factor: findings of tools of another language than these

    # Frequency: how often similar findings came before (`score.frequency`).
    repeats: tuple[float, ...] = (
        1.0,
        0.6,
        0.4,
        0.3,
        0.2,
        0.15,
    )  # factors: the first of a template, …
    last_of_many: float = 0.6  # factor: the last of more than these: how it ended is near
    long_log: int = 5_000  # lines: from which on what is frequent has less weight
    often: int = 4  # findings of a template that are few in it; half as many in one four times as long
    names_causes: float = CAUSE - 1.5  # weight of a rule that names causes
    few_of_rule: int = 5  # findings of a rule that are few, except in a list
    examples: int = 3  # findings of a shape that keep their weight
    shapes: int = 6  # further ones, until the next has half the weight
    listed: int = 14  # the same in a list of what failed
    fewer_examples: float = 0.2  # per further shape of a rule, the three above are divided by 1 + this
    rare: float = 0.6  # factor: frequent findings have at least this
    rarer: float = 0.4  # factor: the same in a huge log
    apart: float = 0.005  # share of a huge log's lines between places that are far apart
    scattered: float = 1.6  # places at which findings of one template keep their weight in a huge log
    crowd: int = 11  # findings of a rule, until the next has half the weight
    list_crowd: int = 40  # the same in a list of what failed
    same_reason: float = 0.05  # findings that one with another reason counts as
    same_shape: float = 0.3  # the same for another shape, where no reason is known
    first_of_rule: int = 3  # findings of a rule that count in full
    same_file: float = 0.4  # findings that one of another file counts as
    least_cause: float = 0.1  # factor: what names a cause has at least this, so more than warnings around
    after_first_listed: float = 0.88  # factor: what follows the first of a list

    # The tail of a step (`score.step_tail`): lines before its end, whether a rule takes them or not.
    last_line: float = 4.0  # weight: the last line of a failed step
    last_of_log: float = 1.6  # weight: the last line of a log without a mark
    last_after_failure: float = 0.15  # weight: the last line of a log whose last step had failed before
    looked_at: int = 120  # lines: before the end, of which each is looked at for noise and repetition
    together: int = 16  # lines: farther lines that have one weight
    fall: float = 0.94  # factor: from each line to the one before it …
    short_line: int = 40  # bytes: … which, for a line of at most this length, …
    fall_of_short: float = 0.98  # factor: … is this
    earlier_step: float = 0.05  # factor: a line of an earlier step
    alike: int = 2  # lines that differ in digits only and keep their weight, the last …
    further_alike: float = 0.3  # factor: … and further ones

    # What each block gives to its lines (`score.context`).
    next_of_rule: float = 0.97  # factor: from line to line, in a further block of a rule
    many_of_rule: int = 5  # blocks of a rule without known reasons, after which …
    further_of_rule: float = 0.9  # factor: … it is this
    reported_reason: float = 0.5  # factor: a reason that was reported before
    same_complaint: float = 0.7  # factor: a finding with the shape and reason of an earlier one
    faint: float = 0.35  # share of the strongest score, below which a block is shown by its first lines
    faint_if_huge: float = 0.4  # the same in a huge log, where more is unrelated

    # Combined (`score.combine`): a line has the maximum of what blocks and tails give it.
    shown_before: float = 0.35  # factor: a line whose text another line shows
    second_report: int = 12  # lines: between equal findings that are reports of their own
    shown_by_later: float = (
        0.9  # factor: a later line shows it if the earlier has less than this of its weight
    )
    ending: int = 48  # bytes: at the end of a long line, by which it is the same as another
    long_line: int = 80  # bytes: of such a line, at least
    same_endings: int = 2  # lines with one ending that keep their weight …
    once: int = 200  # bytes: … or one, if it is this long
    further_endings: float = 0.7  # factor: further ones
    reached: float = 1 / 16  # share of the way to the strongest line, per further finding in reach …
    reached_at_most: int = 8  # findings: … up to this many
    any_line: float = 0.02  # weight: any line of a log that is kept as a whole

    # Root cause (`score.root_cause`): lines far from the first strong finding have less.
    strong: float = 0.85  # share of the strongest line's weight that the first cause has at least
    before_cause: int = 10  # lines: before the cause, that keep their weight …
    after_cause: int = 40  # lines: … and after it
    traced: int = 20  # lines: that a rule for the last line of a trace asks for
    earlier: float = 0.9  # factor: lines before these
    later: float = 0.72  # factor: lines after these
    later_listed: float = 0.9  # factor: the same for a list of what failed
    root_causes: int = 2  # lines "Caused by: …" that are root causes …
    root_cause: float = 0.8  # share of the first cause's weight: … and have at least this
    stray: float = 0.5  # factor: in a huge log, lines far from the cause …
    stray_at_least: float = 1.0  # weight: … that have more than this …
    stray_below: float = 0.7  # share of the cause's weight: … and less than this
    far_from_cause: int = 300  # lines: before the cause, which are far

    # Baseline (`score.baseline`): lines that a passing run of the job prints, too.
    baseline_at_most: float = 0.05  # weight: lines with at most this keep it
    in_baseline: float = 0.15  # factor: the others
    few_new: int = 40  # lines of the failed steps that the passing run lacks: if they are few …
    new_line: float = 4.0  # weight: … each has at least this: more than a hint, less than an error

    # Selection: the digest (`select.digest`) and an excerpt within a budget (`select.excerpt`).
    blank_lines: int = 3  # blank lines between two that are kept, at most
    overwritten_after: int = 3  # texts between carriage returns, the last, that keep their weight …
    overwritten: float = 0.3  # factor: … and those before
    strong_line: float = 5.0  # weight: from which on a line may take much of the room
    nearly: float = 0.3  # share of the worth of the first line that did not fit, for shorter ones
    small_room: int = 2_500  # characters: of a room in which long strong lines come first …
    long_share: float = 0.75  # share of it: … and together take at most this
    unit_length: int = 100  # characters: a weak line of this length is worth its weight / 2 ** thrift
    thrift: float = 0.4  # exponent: several short lines are worth more than a long one …
    strong_thrift: float = 0.1  # exponent: … less so for strong lines
    most_lengths: int = 3  # unit lengths: beyond them a strong line is worth no less

    @property
    def close(self) -> float:
        """The factor of a position from which on, in a huge log, findings count on their own."""
        return self.far + (1 - self.far) / 4


WEIGHTS = Weights()
