/* SPDX-License-Identifier: MIT */
/* A whole scheduler: what a million tasks cost, and how late it is.  Its peers have timers only: no
 * tasks, no executors, no events. */
#include "bed.h"
#include "peers.h"
#include "subjects.h"

#include <glib.h>

#define CRON "cron(hour=2, minute=30, timezone=Europe/London)"

/* ---- many, most of them idle ----------------------------------------------------------------- */

static void *
set_up_turned(const bench_load *load, char *why)
{
    bed *self = bed_new("debug", NULL, true, why);

    if (self != NULL) {
        bed_add(self, load->n, "interval(seconds=10)");
    }
    return self;
}

static double
measure_add_by(bed *self, const bench_load *load, const char *trigger)
{
    int64_t start = bench_now();
    double rate;

    bed_add(self, load->n, trigger);
    rate = bench_rate(load->n, start);
    bed_remove(self, load->n);
    return rate;
}

static double
measure_add(void *state, const bench_load *load)
{
    return measure_add_by(state, load, BED_EACH_DAY);
}

static double
measure_add_cron(void *state, const bench_load *load)
{
    return measure_add_by(state, load, CRON);
}

static double
measure_remove(void *state, const bench_load *load)
{
    int64_t start;

    bed_add(state, load->n, BED_EACH_DAY);
    start = bench_now();
    bed_remove(state, load->n);
    return bench_rate(load->n, start);
}

static double
measure_bytes_by(bed *self, const bench_load *load, const char *trigger)
{
    double before = bench_allocated(), bytes;

    bed_add(self, load->n, trigger);
    bytes = (bench_allocated() - before) / (double)load->n;
    bed_remove(self, load->n);
    return bytes;
}

static double
measure_bytes(void *state, const bench_load *load)
{
    return measure_bytes_by(state, load, BED_EACH_DAY);
}

static double
measure_bytes_cron(void *state, const bench_load *load)
{
    return measure_bytes_by(state, load, CRON);
}

enum { PASSES = 10000 };

static double
measure_pass(void *state, const bench_load *load)
{
    int64_t start = bench_now();

    (void)load;
    for (int i = 0; i < PASSES; i++) {
        execz_scheduler_dispatch(bed_scheduler(state));
    }
    return (double)(bench_now() - start) / 1e3 / PASSES;
}

/* All are due at once, and run in place; per task. */
static double
measure_fire(void *state, const bench_load *load)
{
    int64_t start = bench_now();

    bed_turn(state, 10 * EXECZ_SECOND);
    return (double)(bench_now() - start) / 1e3 / (double)load->n;
}

/* ---- in time --------------------------------------------------------------------------------- */

/* load.n runs of tasks that each run every `period`, their phases evenly apart. */
typedef struct stream {
    bed *bed; /* owned */
    execz_duration period;
    uint64_t n_tasks;
    uint64_t done, wanted;
    double *late; /* owned, in microseconds; one of each run */
    int64_t began, ended;
} stream;

static void
take_event(void *user, const execz_event *event)
{
    stream *self = user;

    if (event->result == NULL || self->done == self->wanted) {
        return;
    }
    if (event->code != EXECZ_EVENT_TASK_EXECUTED) {
        bench_die("a run ended with %s", execz_event_name(event->code));
    }
    self->late[self->done++] = (double)(event->result->started - event->result->run_time) / 1e3;
    if (self->done == self->wanted) {
        self->ended = bench_now();
        (void)execz_scheduler_shutdown(bed_scheduler(self->bed), 0, -1, NULL);
    }
}

static stream *
stream_new(execz_duration period, uint64_t n_tasks, const bench_load *load, char *why)
{
    static const char *const options[] = {"max_workers=1", NULL};
    bed *under = bed_new("threadpool", options, false, why);
    stream *self;

    if (under == NULL) {
        return NULL;
    }
    self = g_new0(stream, 1);
    self->bed = under;
    self->period = period;
    self->n_tasks = n_tasks;
    self->late = g_new0(double, load->n);
    execz_scheduler_add_listener(bed_scheduler(under), EXECZ_EVENT_TERMINAL, take_event, self);
    (void)execz_scheduler_shutdown(bed_scheduler(under), 0, -1, NULL);
    (void)execz_scheduler_run(bed_scheduler(under), NULL);
    return self;
}

static void
stream_free(void *state)
{
    stream *self = state;

    bed_free(self->bed);
    g_free(self->late);
    g_free(self);
}

/* Adds the tasks; the first of them fires in a moment. */
static void
stream_prepare(stream *self)
{
    int64_t first = g_get_real_time() * EXECZ_MICROSECOND + 300 * EXECZ_MILLISECOND;

    for (uint64_t i = 0; i < self->n_tasks; i++) {
        int64_t at = first + self->period * (int64_t)i / (int64_t)self->n_tasks;
        g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(at / EXECZ_SECOND);
        g_autofree char *second = g_date_time_format(time, "%Y-%m-%dT%H:%M:%S");
        g_autofree char *trigger =
            g_strdup_printf("interval(seconds=%.3f, start_at=%s.%09dZ)",
                            (double)self->period / EXECZ_SECOND, second, (int)(at % EXECZ_SECOND));

        bed_add_one(self->bed, i, trigger);
    }
    self->began = bench_now() + first - g_get_real_time() * EXECZ_MICROSECOND;
}

static void
stream_run(stream *self, uint64_t n)
{
    self->done = 0;
    self->wanted = n;
    stream_prepare(self);
    (void)execz_scheduler_run(bed_scheduler(self->bed), NULL);
    bed_remove(self->bed, self->n_tasks);
    (void)bench_median(self->late, n); /* sorts */
}

static void *
set_up_thousand(const bench_load *load, char *why)
{
    return stream_new(100 * EXECZ_MILLISECOND, 100, load, why);
}

static void *
set_up_million(const bench_load *load, char *why)
{
    return stream_new(10 * EXECZ_MILLISECOND, 10000, load, why);
}

static double
measure_late_half(void *state, const bench_load *load)
{
    stream_run(state, load->n);
    return ((stream *)state)->late[load->n / 2];
}

static double
measure_late_most(void *state, const bench_load *load)
{
    stream_run(state, load->n);
    return ((stream *)state)->late[load->n * 99 / 100];
}

static double
measure_stream_rate(void *state, const bench_load *load)
{
    stream *self = state;

    stream_run(self, load->n);
    return (double)load->n * 1e9 / (double)(self->ended - self->began);
}

/* One run that is due after load.n milliseconds. */
static void *
set_up_one(const bench_load *load, char *why)
{
    bench_load one = {.n = 1};

    return stream_new((int64_t)load->n * EXECZ_MILLISECOND, 1, &one, why);
}

static double
measure_late_one(void *state, const bench_load *load)
{
    stream *self = state;
    g_autofree char *trigger = g_strdup_printf("interval(seconds=%.3f)", (double)load->n / 1e3);

    self->done = 0;
    self->wanted = 1;
    bed_add_one(self->bed, 0, trigger);
    (void)execz_scheduler_run(bed_scheduler(self->bed), NULL);
    bed_remove(self->bed, 1);
    return self->late[0];
}

/* ---- rows ------------------------------------------------------------------------------------ */

static const bench_side add = {"scheduler", bed_set_up, measure_add, bed_free};
static const bench_side add_cron = {"scheduler", bed_set_up, measure_add_cron, bed_free};
static const bench_side removal = {"scheduler", bed_set_up, measure_remove, bed_free};
static const bench_side bytes = {"scheduler", bed_set_up, measure_bytes, bed_free};
static const bench_side bytes_cron = {"scheduler", bed_set_up, measure_bytes_cron, bed_free};
static const bench_side pass = {"scheduler", bed_set_up_armed, measure_pass, bed_free};
static const bench_side fire = {"scheduler", set_up_turned, measure_fire, bed_free};
static const bench_side late_half = {"scheduler", set_up_thousand, measure_late_half, stream_free};
static const bench_side late_most = {"scheduler", set_up_thousand, measure_late_most, stream_free};
static const bench_side rate = {"scheduler", set_up_million, measure_stream_rate, stream_free};
static const bench_side rate_late = {"scheduler", set_up_million, measure_late_most, stream_free};
static const bench_side late_one = {"scheduler", set_up_one, measure_late_one, stream_free};

#define ADD .unit = "tasks/s", .better = BENCH_HIGHER, .load = {.n = 1000000}, .n_smoke = 1000
#define BYTES                                                                                      \
    .unit = "bytes", .better = BENCH_LOWER, .load = {.n = 1000000}, .n_smoke = 1000, .once = true
#define MANY .unit = "us", .better = BENCH_LOWER, .load = {.n = 1000000}, .n_smoke = 1000
#define THOUSAND .unit = "us", .better = BENCH_LOWER, .load = {.n = 2000}, .n_smoke = 50
#define MILLION .load = {.n = 2000000}, .n_smoke = 10000

static const bench_row rows[] = {
    {"scheduler.memory.glib", BYTES, .ours = &bytes, .peer = &peer_glib_timers_bytes},
    {"scheduler.memory.libuv", BYTES, .ours = &bytes, .peer = &peer_uv_timers_bytes},
    {"scheduler.memory-cron", BYTES, .ours = &bytes_cron},
    {"scheduler.add.glib", ADD, .ours = &add, .peer = &peer_glib_timers_add},
    {"scheduler.add.libuv", ADD, .ours = &add, .peer = &peer_uv_timers_add},
    {"scheduler.add-cron", ADD, .ours = &add_cron},
    {"scheduler.remove", ADD, .ours = &removal},
    {"scheduler.idle-pass.glib", MANY, .ours = &pass, .peer = &peer_glib_timers_pass},
    {"scheduler.idle-pass.libuv", MANY, .ours = &pass, .peer = &peer_uv_timers_pass},
    {"scheduler.fire.libuv", MANY, .ours = &fire, .peer = &peer_uv_timers_fire},
    {"scheduler.late-p50.bare", THOUSAND, .ours = &late_half, .peer = &peer_bare_late_half},
    {"scheduler.late-p99.bare", THOUSAND, .ours = &late_most, .peer = &peer_bare_late_most},
    {"scheduler.late-p50.glib", THOUSAND, .ours = &late_half, .peer = &peer_glib_timers_late_half},
    {"scheduler.late-p99.glib", THOUSAND, .ours = &late_most, .peer = &peer_glib_timers_late_most},
    {"scheduler.million-a-second", MILLION, .unit = "tasks/s", .better = BENCH_HIGHER,
     .ours = &rate},
    {"scheduler.million-a-second-late-p99", MILLION, .unit = "us", .better = BENCH_LOWER,
     .ours = &rate_late},
    {"scheduler.late-after-5s.bare", .unit = "us", .better = BENCH_LOWER, .load = {.n = 5000},
     .n_smoke = 10, .ours = &late_one, .peer = &peer_bare_late_one},
    {"scheduler.late-after-60s.bare", .unit = "us", .better = BENCH_LOWER, .load = {.n = 60000},
     .once = true, .n_smoke = 10, .ours = &late_one, .peer = &peer_bare_late_one},
    {"scheduler.late-after-5s.glib", .unit = "us", .better = BENCH_LOWER, .load = {.n = 5000},
     .n_smoke = 10, .ours = &late_one, .peer = &peer_glib_timers_late_one},
    {"scheduler.late-after-60s.glib", .unit = "us", .better = BENCH_LOWER, .load = {.n = 60000},
     .once = true, .n_smoke = 10, .ours = &late_one, .peer = &peer_glib_timers_late_one},
};

const bench_table scheduler_rows = {rows, G_N_ELEMENTS(rows)};
