"""At most one session per failure: what was fired, and who fires.

All entries of a repository are on one commit that never changes, the ledger's commit. A job that wants to
fire goes through this, in the order of the code (`story.py` drives it):

 1. `first_look` A step looks at its own commit. A leg of a matrix first waits for a random time. Where its
    attempt has a session, it ends.
 2. `log.find` While failures are gathered: whose entries count, and that commit. It is the default branch's
    first commit, or the input `ledger-commit`.
 3. `contest.wait` It reads the ledger as far back as entries count, and asks the rule. Where an old session
    blocks, it asks GitHub once for the green runs since.
 4. It waits for a claim that may yet come to nothing: 41 s for one that is not announced, 48 s for one that
    is.
 5. An announcement that is five minutes old is in doubt: it blocks, but nobody waits for it.
 6. Where the rule forbids the fire, it looks for what became of the session. One without a trace is left
    out, four times at most, and the rule is asked again.
 7. `contest.point_to` Otherwise the failing commit gets a link to the session, and the job ends.
 8. The branch is read again: where it has moved on, the job ends. `rerun` The failed jobs may be re-run
    first. `day` Where the repository has had its sessions of 24 hours, the job ends. `fixes` So it does
    where a session's pull request for this failure is open, or too many for others are.
 9. `contest.claim` It writes a claim, and reads the ledger four times within 3.5 s. One look may miss an
    entry.
10. It announces its request, and reads until the ledger shows the announcement, for 17 s at most.
11. It takes its claim back if the announcement came more than 30 s after it: others no longer count that.
12. It asks the rule again, by the time of its announcement. Of those at it, claims with a lower id alone
    count.
13. Where one of them blocks, it takes its claim back, and begins again at 3: three times at most.
14. `lookback` It looks for what became of earlier sessions, for the text.
15. The labels are read, as the last thing before the fire.
16. It sends its request, once.
17. `contest.settle` It writes the result, and shows it on the failing commit. A job that was cancelled
    before its request takes its claim back.
18. Without a ledger nothing is fired.

Why at most one: ids have one order, and of two jobs the one with the higher id yields. Each announcement was
written 3.5 s after its claim, and so after every lower claim. A read that shows it shows all that became
visible before it, however far the read lags.

Why one at all: the lowest claim yields only to a job that fired, or may have. A job that dies before it
announces blocks others for 40 s; after that, until the workflow is green: a session may be at work.

An event goes the same way by its `key`, with a rule of its own: one session within the cool-down. Its job
sees the claims of this key alone, and jobs for failures see none of a key. Nothing is shown on its commit,
and no session without a trace is left out.

`terms.py` has all numbers. Another caller than a job brings its own.
"""
