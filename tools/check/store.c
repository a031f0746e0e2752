/* SPDX-License-Identifier: MIT */
/* What a store keeps, and what it gives back. */
#include "check.h"
#include "store_bed.h"
#include "verdict.h"

#include "base/error.h"

#include <string.h>

enum { OK = EXECZ_OUTCOME_OK, LOST = EXECZ_OUTCOME_LOST };

static execz_store_change
about(uint32_t kind, const char *task, execz_time time, uint32_t attempt)
{
    bool ends = kind == EXECZ_STORE_END || kind == EXECZ_STORE_NOTE;

    return (execz_store_change){.kind = kind,
                                .task = task,
                                .run_time = time,
                                .attempt = attempt,
                                .outcome = ends ? OK : 0,
                                .finished = ends ? time + 5 : 0,
                                .record = kind == EXECZ_STORE_COVER ? NULL : "{}",
                                .output = ends ? "said" : NULL};
}

static execz_store_change
begin(const char *task, execz_time time, uint32_t attempt)
{
    return about(EXECZ_STORE_OPEN, task, time, attempt);
}

static execz_store_change
finish(const char *task, execz_time time, uint32_t attempt)
{
    return about(EXECZ_STORE_END, task, time, attempt);
}

/* ---- tasks and open occurrences ------------------------------------------------------------------ */

static void
check_keeps(void)
{
    ez_store_bed *bed = ez_store_bed_opened();

    EZ_STORE_COMMIT(bed, ez_store_put("a", 10), ez_store_put("b", EXECZ_TIME_NEVER),
                    begin("a", 10, 1));
    EZ_STORE_COMMIT(
        bed, (execz_store_change){.kind = EXECZ_STORE_NEXT_RUN, .task = "a", .next_run = 20});
    ez_store_bed_reopen(bed);
    ez_store_bed_expect(
        bed, "after it was opened again",
        "task a 20 {\"v\":1}\ntask b 9223372036854775807 {\"v\":1}\nopen a 10 1 {}\n");
    ez_store_bed_free(bed);
}

static void
check_removal(void)
{
    ez_store_bed *bed = ez_store_bed_opened();

    EZ_STORE_COMMIT(bed, ez_store_put("a", 10), begin("a", 10, 1), begin("a", 11, 1),
                    finish("a", 11, 1));
    EZ_STORE_COMMIT(bed, (execz_store_change){.kind = EXECZ_STORE_REMOVE_TASK, .task = "a"});
    ez_store_bed_reopen(bed);
    ez_store_bed_expect(bed, "after its task was removed", "open a 10 1 {}\n");
    ez_store_bed_history(bed, (execz_store_query){.task = "a"});
    ez_store_bed_expect(bed, "of a task that was removed", "ended a 11 1 1 {}\n");
    ez_store_bed_free(bed);
}

static void
check_attempts(void)
{
    ez_store_bed *bed = ez_store_bed_opened();

    EZ_STORE_COMMIT(bed, ez_store_put("a", 10), begin("a", 10, 2));
    EZ_STORE_COMMIT(bed, begin("a", 10, 1));
    ez_store_bed_load(bed);
    ez_store_bed_expect(bed, "after OPEN with a lower attempt",
                        "task a 10 {\"v\":1}\nopen a 10 2 {}\n");
    EZ_STORE_COMMIT(bed, begin("a", 10, 3));
    ez_store_bed_load(bed);
    ez_store_bed_expect(bed, "after OPEN with a higher attempt",
                        "task a 10 {\"v\":1}\nopen a 10 3 {}\n");
    ez_store_bed_free(bed);
}

static execz_store_change
await(const char *task, execz_time time, uint32_t attempt)
{
    execz_store_change change = begin(task, time, attempt);

    change.waits = 1;
    return change;
}

static void
check_waits(void)
{
    ez_store_bed *bed = ez_store_bed_opened();

    EZ_STORE_COMMIT(bed, await("a", 10, 1));
    ez_store_bed_reopen(bed);
    ez_store_bed_expect(bed, "while it waits", "open a 10 1 {} waits\n");
    EZ_STORE_COMMIT(bed, begin("a", 10, 1));
    ez_store_bed_reopen(bed);
    ez_store_bed_expect(bed, "after an executor has got it", "open a 10 1 {}\n");
    EZ_STORE_COMMIT(bed, await("a", 10, 2));
    ez_store_bed_reopen(bed);
    ez_store_bed_expect(bed, "while it waits for its second attempt", "open a 10 2 {} waits\n");
    EZ_STORE_COMMIT(bed, finish("a", 10, 2));
    ez_store_bed_load(bed);
    ez_store_bed_expect(bed, "after the end of what has waited", "");
    ez_store_bed_free(bed);
}

static void
check_fence(void)
{
    ez_store_bed *bed = ez_store_bed_opened();

    EZ_STORE_COMMIT(bed, ez_store_put("a", 10), begin("a", 10, 2));
    EZ_STORE_COMMIT(bed, finish("a", 10, 1), finish("a", 99, 1));
    ez_store_bed_load(bed);
    ez_store_bed_expect(bed, "after END with a lower attempt, and END of what is not open",
                        "task a 10 {\"v\":1}\nopen a 10 2 {}\n");
    ez_store_bed_history(bed, (execz_store_query){.task = NULL});
    ez_store_bed_expect(bed, "after END with a lower attempt, and END of what is not open,", "");
    ez_store_bed_free(bed);
}

static void
check_atomic(void)
{
    ez_store_bed *bed = ez_store_bed_opened();
    const execz_store_change changes[] = {ez_store_put("a", 10), {.kind = 4711, .task = "a"}};
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status = ez_store_bed_try_commit(bed, changes, 2, &err);

    if (status != EXECZ_E_UNSUPPORTED) {
        ez_verdict_fail("of a change of a kind that there is not commit() answers %s",
                        ez_status_text(status));
    }
    ez_store_bed_reopen(bed);
    ez_store_bed_expect(bed, "after a commit() that failed", "");
    EZ_STORE_COMMIT(bed, ez_store_put("b", 10)); /* it goes on */
    ez_store_bed_free(bed);
}

/* ---- the history ------------------------------------------------------------------------------- */

static void
check_history(void)
{
    ez_store_bed *bed = ez_store_bed_opened();
    execz_store_change lost = finish("b", 11, 1);

    lost.outcome = LOST;
    EZ_STORE_COMMIT(bed, begin("a", 10, 1), finish("a", 10, 1), begin("b", 11, 1), lost,
                    about(EXECZ_STORE_NOTE, "a", 12, 1));
    ez_store_bed_reopen(bed);
    ez_store_bed_expect(bed, "when all have ended", "");
    ez_store_bed_history(bed, (execz_store_query){.output = 1});
    ez_store_bed_expect(bed, "of all",
                        "ended a 12 1 1 {} said\nended b 11 1 6 {} said\nended a 10 1 1 {} said\n");
    ez_store_bed_history(bed, (execz_store_query){.limit = 1, .task = "a"});
    ez_store_bed_expect(bed, "of the last one of a", "ended a 12 1 1 {}\n");
    ez_store_bed_history(bed, (execz_store_query){.outcomes = 1u << LOST});
    ez_store_bed_expect(bed, "of those that were lost", "ended b 11 1 6 {}\n");
    ez_store_bed_history(bed, (execz_store_query){.since = 16, .until = 17});
    ez_store_bed_expect(bed, "of those that ended in a time", "ended b 11 1 6 {}\n");
    ez_store_bed_history(bed, (execz_store_query){.run_time = 10});
    ez_store_bed_expect(bed, "of one run time", "ended a 10 1 1 {}\n");
    ez_store_bed_free(bed);
}

static void
check_cover(void)
{
    ez_store_bed *bed = ez_store_bed_opened();

    EZ_STORE_COMMIT(bed, begin("a", 10, 1), begin("a", 11, 1),
                    about(EXECZ_STORE_COVER, "a", 10, 0));
    ez_store_bed_load(bed);
    ez_store_bed_expect(bed, "after COVER", "open a 11 1 {}\n");
    ez_store_bed_history(bed, (execz_store_query){.task = NULL});
    ez_store_bed_expect(bed, "after COVER", "");
    ez_store_bed_free(bed);
}

static void
check_quarantine(void)
{
    ez_store_bed *bed = ez_store_bed_opened();

    if (bed->ops->quarantined == NULL) {
        ez_verdict_skip("it does not tell of its quarantine");
    }
    EZ_STORE_COMMIT(bed, ez_store_put("a", 10), ez_store_put("b", 11));
    EZ_STORE_COMMIT(
        bed, (execz_store_change){.kind = EXECZ_STORE_QUARANTINE, .task = "a", .record = "spoilt"});
    ez_store_bed_reopen(bed);
    ez_store_bed_expect(bed, "while a is in quarantine", "task b 11 {\"v\":1}\n");
    ez_store_bed_quarantined(bed);
    ez_store_bed_expect(bed, "in quarantine", "quarantined a spoilt\n");
    EZ_STORE_COMMIT(bed, (execz_store_change){.kind = EXECZ_STORE_RESTORE, .task = "a"});
    ez_store_bed_load(bed);
    ez_store_bed_expect(bed, "after RESTORE", "task a 10 {\"v\":1}\ntask b 11 {\"v\":1}\n");
    ez_store_bed_free(bed);
}

static void
check_check(void)
{
    ez_store_bed *bed = ez_store_bed_opened();
    execz_error err = EXECZ_ERROR_INIT;

    if (bed->ops->check == NULL) {
        ez_verdict_skip("it has no check()");
    }
    EZ_STORE_COMMIT(bed, ez_store_put("a", 10), begin("a", 10, 1), finish("a", 10, 1));
    if (bed->ops->check(bed->store, &err) != EXECZ_OK) {
        ez_verdict_fail("of a store that nobody has touched check() says: %s", err.message);
    }
    ez_store_bed_free(bed);
}

#define COMMITS "store.h: execz_store_ops.commit"
#define ALL_OR_NONE "Keeps all of the changes, n of them, in their order, or none and err says why."

static const ez_check checks[] = {
    {"store.keeps", "store.open", "store.h: execz_store_ops.load",
     "Tells of all tasks, then of all open occurrences.",
     "give back in load() what commit() has kept, as it was", check_keeps, false},
    {"store.removal", "store.keeps", "store.h: EXECZ_STORE_REMOVE_TASK",
     "forget task; what of it is open, or in the history, stays",
     "delete the task alone, not what refers to it", check_removal, false},
    {"store.attempts", "store.keeps", "store.h: EXECZ_STORE_OPEN",
     "If it is open already, only if attempt is not lower, in its place.",
     "compare the attempt with the one that is kept", check_attempts, false},
    {"store.waits", "store.keeps", "store.h: EXECZ_STORE_OPEN",
     "(task, run_time) is due: keep it with attempt, record and waits.",
     "keep waits with each OPEN, also with one in the place of another, and tell it in load()",
     check_waits, false},
    {"store.fence", "store.keeps", "store.h: EXECZ_STORE_END",
     "Nothing, unless it is open with this attempt or a lower one.",
     "compare the attempt with the one that is kept, and end only what is open", check_fence,
     false},
    {"store.atomic", "store.keeps", COMMITS, ALL_OR_NONE,
     "make one transaction of it, and take all back if one of the changes fails", check_atomic,
     false},
    {"store.history", "store.keeps", "store.h: execz_store_query",
     "Which of the history: that for which all of this holds, the highest id first.",
     "give each end an id higher than all before it, and heed each field of the query",
     check_history, false},
    {"store.cover", "store.keeps", "store.h: EXECZ_STORE_COVER",
     "(task, run_time) is not open any more, and nothing is to be said of it",
     "delete what is open, and put nothing into the history", check_cover, false},
    {"store.quarantine", "store.keeps", "store.h: execz_store_ops.quarantined",
     "Tells of the tasks in quarantine.", "keep reason and record, and move both back as they were",
     check_quarantine, false},
    {"store.check", "store.keeps", "store.h: execz_store_ops.check",
     "Looks whether all that is kept is sound, however long that takes",
     "find fault only with what is damaged", check_check, false},
};

const ez_stage ez_stage_store = EZ_STAGE_OF(EXECZ_KIND_STORE, checks);
