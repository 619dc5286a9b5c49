"""May this run be reported at all? Each policy forbids it for its own reason.

`story.py` asks each of them where its answer is first known, and again where it may have changed:

| what | asked | why there |
|---|---|---|
| secrets, forks, excluded branches | before anything is asked of GitHub | the event and the inputs show it |
| the branch | before gathering; before each claim | it spares a dozen requests; it may have moved on since |
| how it ended, whose code, its branch | once it is gathered | GitHub's record shows what an event may not |
| known failures | once it is gathered | their logs are read |
| labels | once it is gathered; last before the fire | a person may set one at any time, to prevent it |
| `daily-limit` | before each claim, after the rule | what is covered already takes no place of the day |
| fixes that wait | before each claim, after the limit | it costs a request that most jobs need not make |

What an event may cause depends on its payload alone, so `may_cause` is asked once. With `again`, a person
decides: neither the branch, nor the limit of the day, nor a fix that waits keeps it back.
"""
