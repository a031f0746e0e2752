/* SPDX-License-Identifier: MIT */
/* What is left when an executor has been destroyed: nothing. */
#include "bed.h"
#include "check.h"
#include "process.h"
#include "subject.h"
#include "tap.h"
#include "verdict.h"
#include "world.h"

#include "plugin/guard.h"

#include <string.h>

/* One life: a start, some runs one of which is cancelled, an end. */
static void
live(ez_bed *bed)
{
    ez_bed_start(bed);
    for (unsigned i = 0; i < 6; i++) {
        (void)ez_bed_submit(bed, (ez_how){.n = 1 + i % 2, .fails = i == 3});
    }
    ez_bed_await_all(bed);
    ez_bed_stop(bed);
}

static ez_bed *
new_bed(void)
{
    ez_need_bodies();
    return ez_bed_new("under-check", NULL, NULL);
}

/* What is kept from the first life on, once and for ever, is no leak. */
enum { FIRST = 6, LIVES = 5, LEAK = 48, TRIES = 20, CLEAN = 4 };

static void
live_often(ez_bed *bed, unsigned lives)
{
    for (unsigned i = 0; i < lives; i++) {
        live(bed);
    }
}

static void
check_threads(void)
{
    ez_bed *bed = new_bed();
    unsigned lives = ez_world_times(LIVES);
    g_autofree char *names = NULL;
    unsigned before;

    live(bed);
    before = ez_process_threads();
    live_often(bed, lives);
    if (!ez_process_settles(before)) {
        names = ez_process_thread_names();
        ez_verdict_fail("after %u more lives there are %u more threads: there are %s", lives,
                        ez_process_threads() - before, names);
    }
    ez_bed_free(bed);
}

static void
check_descriptors(void)
{
    ez_bed *bed = new_bed();
    unsigned lives = ez_world_times(LIVES);
    g_autofree char *names = NULL;
    unsigned before, after;

    live(bed);
    before = ez_process_descriptors();
    live_often(bed, lives);
    after = ez_process_descriptors();
    if (after > before) {
        names = ez_process_descriptor_names();
        ez_verdict_fail("after %u more lives there are %u more open descriptors: there are %s",
                        lives, after - before, names);
    }
    ez_bed_free(bed);
}

static bool
has_no_more_children(void *most)
{
    return ez_process_children() <= *(unsigned *)most;
}

static void
check_children(void)
{
    ez_bed *bed = new_bed();
    unsigned before = ez_process_children();

    live(bed);
    live(bed);
    if (!ez_world_wait_for(has_no_more_children, &before, 3 * EXECZ_SECOND)) {
        ez_verdict_fail("it has left %u child processes, running or not waited for",
                        ez_process_children() - before);
    }
    ez_bed_free(bed);
}

static void
check_host_memory(void)
{
    ez_bed *bed = new_bed();

    live(bed);
    if (ez_bed_blocks(bed) != 0) {
        ez_verdict_fail(
            "of the blocks that host->realloc() gave %d are not freed when destroy() has "
            "returned",
            ez_bed_blocks(bed));
    }
    ez_bed_free(bed);
}

/* What so many lives add to what is allocated. */
static int64_t
grow(ez_bed *bed, unsigned lives, unsigned threads)
{
    size_t before = ez_process_memory();

    live_often(bed, lives);
    (void)ez_process_settles(threads);
    return (int64_t)ez_process_memory() - (int64_t)before;
}

/* A leak is there nearly each time; what is kept or given back once tells nothing. */
static void
check_memory(void)
{
    ez_bed *bed = new_bed();
    unsigned threads = ez_process_threads();
    unsigned lives = ez_world_times(LIVES), wanted = ez_world_times(CLEAN), clean = 0;
    int64_t most = 0;

    (void)grow(bed, ez_world_times(FIRST), threads);
    for (unsigned i = 0; i < TRIES && clean < wanted; i++) {
        int64_t grown = grow(bed, lives, threads);

        clean += grown < (int64_t)lives * LEAK;
        most = MAX(most, grown);
    }
    if (clean < wanted) {
        ez_verdict_fail("each life, of 6 runs, leaves up to %" G_GINT64_FORMAT " bytes of memory "
                        "allocated",
                        most / lives);
    }
    ez_bed_free(bed);
}

/* ---- the state of the process ------------------------------------------------------------------ */

typedef struct kept {
    ez_guard *guard;
} kept;

/* The guard looks at the thread on which things change. */
static void
begin_guard(void *argument)
{
    kept *self = argument;

    self->guard = ez_guard_new();
}

static void
end_guard(void *argument)
{
    kept *self = argument;
    g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *all = NULL;

    ez_guard_restore(self->guard, changes);
    g_ptr_array_add(changes, NULL);
    if (changes->pdata[0] != NULL) {
        all = g_strjoinv("; it ", (char **)changes->pdata);
        ez_verdict_fail("it %s", all);
    }
}

static void
check_state(void)
{
    kept before;
    ez_bed *bed = new_bed();

    ez_world_call(begin_guard, &before);
    live(bed);
    ez_world_call(end_guard, &before);
    ez_bed_free(bed);
}

/* What a scheduler lives by must not change even while the executor lives. */
static void
check_signals(void)
{
    ez_bed *bed = new_bed();
    g_autofree char *before = ez_process_signals();
    g_autofree char *now = NULL;

    ez_bed_start(bed);
    ez_bed_await_closed(ez_bed_submit(bed, (ez_how){0}));
    now = ez_process_signals();
    if (strcmp(before, now) != 0) {
        ez_verdict_fail("before start() signals were handled so: %s; and while it lives so: %s",
                        before, now);
    }
    ez_bed_stop(bed);
    ez_bed_free(bed);
}

/* ---- what comes too late ------------------------------------------------------------------------ */

static void
count_watches(void *n)
{
    *(unsigned *)n = ez_the_world.loop.watches->len;
}

static void
check_watches(void)
{
    ez_bed *bed = new_bed();
    unsigned n = 0;

    live(bed);
    ez_world_call(count_watches, &n);
    if (n > 0) {
        ez_verdict_fail("%u descriptors are still watched for it when destroy() has returned", n);
    }
    ez_bed_free(bed);
}

static bool
has_come_late(void *nothing)
{
    const char *first;

    (void)nothing;
    return ez_tap_faults(EZ_FAULT_LATE, &first) > 0;
}

static void
do_nothing(void *nothing)
{
    (void)nothing;
}

static void
check_late(void)
{
    const char *first;
    unsigned before = ez_process_threads();
    ez_bed *bed = new_bed();

    live(bed);
    live(bed);
    ez_world_call(do_nothing, NULL); /* behind it the loop takes what was posted */
    if (ez_process_threads() > before) {
        (void)ez_world_wait_for(has_come_late, NULL, EXECZ_SECOND / 2);
    }
    if (ez_tap_faults(EZ_FAULT_LATE, &first) > 0) {
        ez_verdict_fail("%s", first);
    }
    ez_bed_free(bed);
}

#define FREES "Frees self.  Every run is finished and every host->thread() has ended."
#define DESTROY "execz_executor_ops.destroy"

static const ez_check checks[] = {
    {"leaks.late", "start.again", "execz_host",
     "Owned by the host, valid from start() until destroy() returns.",
     "end your threads before destroy() returns: those of host->thread() are joined for you",
     check_late, false},
    {"leaks.watches", "start.again", "extension.h: execz_loop_ext.unwatch",
     "Ends that, also from inside function.", "unwatch() in destroy() what was watched",
     check_watches, false},
    {"leaks.threads", "start.again", DESTROY, FREES,
     "use host->thread(), whose threads are joined for you, or join your own in destroy()",
     check_threads, false},
    {"leaks.descriptors", "start.again", DESTROY, FREES,
     "close in destroy() what start() has opened", check_descriptors, false},
    {"leaks.children", "start.again", DESTROY, FREES,
     "end and wait for your child processes before destroy() returns", check_children, false},
    {"leaks.host-memory", "start.again", "execz_host.realloc",
     "realloc(3) on behalf of this executor; length 0 frees and returns NULL.",
     "free in destroy() what start() has allocated, and at the end of a run what it needed",
     check_host_memory, false},
    {"leaks.memory", "leaks.host-memory leaks.threads", DESTROY, FREES,
     "look with --valgrind, or with --asan, where it was allocated", check_memory, false},
    {"leaks.signals", "start.again", DESTROY, FREES,
     "leave signals, mask, umask, working directory and locale alone: a scheduler lives by "
     "SIGCHLD, "
     "and use pidfds for child processes",
     check_signals, false},
    {"leaks.state", "leaks.signals", DESTROY, FREES,
     "put back in destroy() what was changed of the process, or better do not change it",
     check_state, false},
};

const ez_stage ez_stage_leaks = EZ_STAGE(checks);
