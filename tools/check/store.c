/* SPDX-License-Identifier: MIT */
/* What a store keeps, and what it gives back. */
#include "check.h"
#include "option_range.h"
#include "process.h"
#include "store_bed.h"
#include "subject.h"
#include "verdict.h"

#include "base/error.h"

#include <string.h>

enum { OK = EXECZ_OUTCOME_OK, LOST = EXECZ_OUTCOME_LOST };

#define COMMIT(bed, ...)                                                                           \
    ez_store_bed_commit((bed), (const execz_store_change[]){__VA_ARGS__},                          \
                        G_N_ELEMENTS(((const execz_store_change[]){__VA_ARGS__})))

static execz_store_change
put(const char *task, execz_time next)
{
    return (execz_store_change){
        .kind = EXECZ_STORE_PUT_TASK, .task = task, .next_run = next, .record = "{\"v\":1}"};
}

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

static ez_store_bed *
opened(void)
{
    ez_store_bed *bed = ez_store_bed_new(NULL, NULL);

    ez_store_bed_open(bed);
    return bed;
}

/* ---- life ------------------------------------------------------------------------------------- */

static void
check_open(void)
{
    ez_store_bed *bed = opened();

    ez_store_bed_load(bed);
    ez_store_bed_expect(bed, "when it is new", "");
    ez_store_bed_free(bed);
}

static void
check_close(void)
{
    ez_store_bed *bed = opened();
    unsigned threads, descriptors;
    g_autofree char *names = NULL;

    ez_store_bed_close(bed); /* what it keeps from its first time on is no trace of a later one */
    threads = ez_process_threads();
    descriptors = ez_process_descriptors();
    for (int i = 0; i < 10; i++) {
        ez_store_bed_open(bed);
        COMMIT(bed, put("a", 10 + i));
        ez_store_bed_close(bed);
    }
    if (ez_process_descriptors() > descriptors) {
        names = ez_process_descriptor_names();
        ez_verdict_fail(
            "after close() %u descriptors more are open than before open(): there are %s",
            ez_process_descriptors() - descriptors, names);
    }
    if (!ez_process_settles(threads)) {
        ez_verdict_fail("after close() there are threads that were not there before open()");
    }
    ez_store_bed_free(bed);
}

/* A file where its directory should be. */
static void
check_refusal(void)
{
    ez_store_bed *bed = ez_store_bed_new(NULL, NULL);
    execz_error err = EXECZ_ERROR_INIT;

    bed->host.state_dir = "/proc/self/no-such-directory";
    if (ez_store_bed_try_open(bed, &err) == EXECZ_OK) {
        ez_verdict_skip("it keeps nothing in the state directory");
    }
    if (err.message[0] == '\0') {
        ez_verdict_fail("where there is no state directory open() fails, and does not say why");
    }
    bed->host.state_dir = bed->directory;
    ez_store_bed_open(bed);
    ez_store_bed_free(bed);
}

/* ---- tasks and open occurrences ------------------------------------------------------------------ */

static void
check_keeps(void)
{
    ez_store_bed *bed = opened();

    COMMIT(bed, put("a", 10), put("b", EXECZ_TIME_NEVER), begin("a", 10, 1));
    COMMIT(bed, (execz_store_change){.kind = EXECZ_STORE_NEXT_RUN, .task = "a", .next_run = 20});
    ez_store_bed_reopen(bed);
    ez_store_bed_expect(
        bed, "after it was opened again",
        "task a 20 {\"v\":1}\ntask b 9223372036854775807 {\"v\":1}\nopen a 10 1 {}\n");
    ez_store_bed_free(bed);
}

static void
check_removal(void)
{
    ez_store_bed *bed = opened();

    COMMIT(bed, put("a", 10), begin("a", 10, 1), begin("a", 11, 1), finish("a", 11, 1));
    COMMIT(bed, (execz_store_change){.kind = EXECZ_STORE_REMOVE_TASK, .task = "a"});
    ez_store_bed_reopen(bed);
    ez_store_bed_expect(bed, "after its task was removed", "open a 10 1 {}\n");
    ez_store_bed_history(bed, (execz_store_query){.task = "a"});
    ez_store_bed_expect(bed, "of a task that was removed", "ended a 11 1 1 {}\n");
    ez_store_bed_free(bed);
}

static void
check_attempts(void)
{
    ez_store_bed *bed = opened();

    COMMIT(bed, put("a", 10), begin("a", 10, 2));
    COMMIT(bed, begin("a", 10, 1));
    ez_store_bed_load(bed);
    ez_store_bed_expect(bed, "after OPEN with a lower attempt",
                        "task a 10 {\"v\":1}\nopen a 10 2 {}\n");
    COMMIT(bed, begin("a", 10, 3));
    ez_store_bed_load(bed);
    ez_store_bed_expect(bed, "after OPEN with a higher attempt",
                        "task a 10 {\"v\":1}\nopen a 10 3 {}\n");
    ez_store_bed_free(bed);
}

static void
check_fence(void)
{
    ez_store_bed *bed = opened();

    COMMIT(bed, put("a", 10), begin("a", 10, 2));
    COMMIT(bed, finish("a", 10, 1), finish("a", 99, 1));
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
    ez_store_bed *bed = opened();
    const execz_store_change changes[] = {put("a", 10), {.kind = 4711, .task = "a"}};
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status = ez_store_bed_try_commit(bed, changes, 2, &err);

    if (status != EXECZ_E_UNSUPPORTED) {
        ez_verdict_fail("of a change of a kind that there is not commit() answers %s",
                        ez_status_text(status));
    }
    ez_store_bed_reopen(bed);
    ez_store_bed_expect(bed, "after a commit() that failed", "");
    COMMIT(bed, put("b", 10)); /* it goes on */
    ez_store_bed_free(bed);
}

/* ---- the history ------------------------------------------------------------------------------- */

static void
check_history(void)
{
    ez_store_bed *bed = opened();
    execz_store_change lost = finish("b", 11, 1);

    lost.outcome = LOST;
    COMMIT(bed, begin("a", 10, 1), finish("a", 10, 1), begin("b", 11, 1), lost,
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
    ez_store_bed *bed = opened();

    COMMIT(bed, begin("a", 10, 1), begin("a", 11, 1), about(EXECZ_STORE_COVER, "a", 10, 0));
    ez_store_bed_load(bed);
    ez_store_bed_expect(bed, "after COVER", "open a 11 1 {}\n");
    ez_store_bed_history(bed, (execz_store_query){.task = NULL});
    ez_store_bed_expect(bed, "after COVER", "");
    ez_store_bed_free(bed);
}

static void
check_quarantine(void)
{
    ez_store_bed *bed = opened();

    if (bed->ops->quarantined == NULL) {
        ez_verdict_skip("it does not tell of its quarantine");
    }
    COMMIT(bed, put("a", 10), put("b", 11));
    COMMIT(bed,
           (execz_store_change){.kind = EXECZ_STORE_QUARANTINE, .task = "a", .record = "spoilt"});
    ez_store_bed_reopen(bed);
    ez_store_bed_expect(bed, "while a is in quarantine", "task b 11 {\"v\":1}\n");
    ez_store_bed_quarantined(bed);
    ez_store_bed_expect(bed, "in quarantine", "quarantined a spoilt\n");
    COMMIT(bed, (execz_store_change){.kind = EXECZ_STORE_RESTORE, .task = "a"});
    ez_store_bed_load(bed);
    ez_store_bed_expect(bed, "after RESTORE", "task a 10 {\"v\":1}\ntask b 11 {\"v\":1}\n");
    ez_store_bed_free(bed);
}

static void
check_check(void)
{
    ez_store_bed *bed = opened();
    execz_error err = EXECZ_ERROR_INIT;

    if (bed->ops->check == NULL) {
        ez_verdict_skip("it has no check()");
    }
    COMMIT(bed, put("a", 10), begin("a", 10, 1), finish("a", 10, 1));
    if (bed->ops->check(bed->store, &err) != EXECZ_OK) {
        ez_verdict_fail("of a store that nobody has touched check() says: %s", err.message);
    }
    ez_store_bed_free(bed);
}

/* ---- options ------------------------------------------------------------------------------------ */

/* NULL: there is no such value. */
static void
try(const execz_option *option, const char *value)
{
    execz_error err = EXECZ_ERROR_INIT;
    ez_store_bed *bed;

    if (value == NULL) {
        return;
    }
    bed = ez_store_bed_new(option->name, value);
    if (ez_store_bed_try_open(bed, &err) == EXECZ_OK) {
        COMMIT(bed, put("a", 10));
    } else if (err.message[0] == '\0') {
        ez_verdict_fail("with %s=%s, which its table allows, open() fails and does not say why",
                        option->name, value);
    }
    ez_store_bed_free(bed);
}

static void
check_options(void)
{
    const ez_option_table *table;

    ez_subject_load_store();
    table = &ez_the_subject.part->options;
    if (table->n == 0) {
        ez_verdict_skip("it has no options");
    }
    for (uint32_t i = 0; i < table->n; i++) {
        const execz_option *option = &table->option[i];
        g_auto(GStrv) choices = ez_option_choices(option);
        g_autofree char *least = ez_option_end(option, false);
        g_autofree char *greatest = ez_option_end(option, true);

        try(option, least);
        try(option, greatest);
        for (char **choice = choices; *choice != NULL; choice++) {
            try(option, *choice);
        }
    }
}

#define COMMITS "store.h: execz_store_ops.commit"
#define ALL_OR_NONE "Keeps all of the changes, n of them, in their order, or none and err says why."

static const ez_check checks[] = {
    {"store.open", "descriptor.functions", "store.h: execz_store_ops.open",
     "Opens what is kept, or makes it if there is nothing yet.",
     "make what is missing in host->state_dir, and begin with nothing", check_open, false},
    {"store.close", "store.open", "store.h: execz_store_ops.close", "Closes and frees it.",
     "release in close() what open() has acquired", check_close, false},
    {"store.refusal", "store.open", "store.h: execz_store_ops.open",
     "On failure err says what, where and what to do, and nothing is left open.",
     "fill err on each way out of open()", check_refusal, false},
    {"store.keeps", "store.open", "store.h: execz_store_ops.load",
     "Tells of all tasks, then of all open occurrences.",
     "give back in load() what commit() has kept, as it was", check_keeps, false},
    {"store.removal", "store.keeps", "store.h: EXECZ_STORE_REMOVE_TASK",
     "forget task; what of it is open, or in the history, stays",
     "delete the task alone, not what refers to it", check_removal, false},
    {"store.attempts", "store.keeps", "store.h: EXECZ_STORE_OPEN",
     "If it is open already, only if attempt is not lower, in its place.",
     "compare the attempt with the one that is kept", check_attempts, false},
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
    {"store.options", "store.open", "store.h: execz_store_ops.open",
     "On failure err says what, where and what to do, and nothing is left open.",
     "do with each value that the table allows, or allow no such value", check_options, false},
};

const ez_stage ez_stage_store = EZ_STAGE_OF(EXECZ_KIND_STORE, checks);
