/* SPDX-License-Identifier: MIT */
/* A million tasks at once: listed, removed, and how long others wait meanwhile for what they ask. */
#include "bed.h"
#include "subjects.h"

#include <pthread.h>
#include <stdatomic.h>

#include <glib.h>

#include <execz/query.h>

static void
take_task(void *user, const execz_task_info *task)
{
    *(uint64_t *)user += task->next_run != EXECZ_TIME_NEVER;
}

static void
list(bed *self, uint64_t n)
{
    uint64_t told = 0;

    (void)execz_scheduler_list_tasks(bed_scheduler(self), NULL, EXECZ_SORT_ID, take_task, &told,
                                     NULL);
    if (told != n) {
        bench_die("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " tasks were listed", told, n);
    }
}

static double
measure_list(void *state, const bench_load *load)
{
    int64_t start = bench_now();

    list(state, load->n);
    return bench_rate(load->n, start);
}

static double
measure_remove_all(void *state, const bench_load *load)
{
    int64_t start;

    bed_add(state, load->n, BED_EACH_DAY);
    start = bench_now();
    (void)execz_scheduler_remove_all_tasks(bed_scheduler(state), NULL, NULL, NULL);
    execz_scheduler_dispatch(bed_scheduler(state));
    return bench_rate(load->n, start);
}

/* ---- others ---------------------------------------------------------------------------------- */

/* What a thread does while this one asks again and again. */
typedef struct work {
    bed *bed;
    uint64_t n;
    void (*call)(bed *self, uint64_t n);
    atomic_bool over;
} work;

static void *
do_work(void *argument)
{
    work *self = argument;

    self->call(self->bed, self->n);
    atomic_store(&self->over, true);
    return NULL;
}

/* The 99th percentile of the time that a call takes which needs the scheduler's lock for a moment. */
static double
measure_waits(work *other)
{
    g_autoptr(GArray) waits = g_array_new(FALSE, FALSE, sizeof(double));
    execz_scheduler_info info = {.size = sizeof info};
    pthread_t thread;

    if (pthread_create(&thread, NULL, do_work, other) != 0) {
        bench_die("there is no thread left");
    }
    do {
        int64_t start = bench_now();
        double wait;

        execz_scheduler_get_info(bed_scheduler(other->bed), &info);
        wait = (double)(bench_now() - start) / 1e3;
        g_array_append_val(waits, wait);
        g_usleep(20);
    } while (!atomic_load(&other->over));
    pthread_join(thread, NULL);
    (void)bench_median((double *)(void *)waits->data, waits->len); /* sorts */
    return g_array_index(waits, double, waits->len * 99 / 100);
}

static double
measure_waits_for_list(void *state, const bench_load *load)
{
    return measure_waits(&(work){.bed = state, .n = load->n, .call = list});
}

static void
remove_all(bed *self, uint64_t n)
{
    (void)n;
    (void)execz_scheduler_remove_all_tasks(bed_scheduler(self), NULL, NULL, NULL);
}

static double
measure_waits_for_removal(void *state, const bench_load *load)
{
    bed_add(state, load->n, BED_EACH_DAY);
    return measure_waits(&(work){.bed = state, .n = load->n, .call = remove_all});
}

static const bench_side listing = {"scheduler", bed_set_up_armed, measure_list, bed_free};
static const bench_side removal = {"scheduler", bed_set_up, measure_remove_all, bed_free};
static const bench_side list_waits = {"scheduler", bed_set_up_armed, measure_waits_for_list,
                                      bed_free};
static const bench_side removal_waits = {"scheduler", bed_set_up, measure_waits_for_removal,
                                         bed_free};

#define MANY .load = {.n = 1000000}, .n_smoke = 1000

static const bench_row rows[] = {
    {"scheduler.list", MANY, .unit = "tasks/s", .better = BENCH_HIGHER, .ours = &listing},
    {"scheduler.remove-all", MANY, .unit = "tasks/s", .better = BENCH_HIGHER, .ours = &removal},
    {"scheduler.list-others-wait-p99", MANY, .unit = "us", .better = BENCH_LOWER,
     .ours = &list_waits},
    {"scheduler.remove-all-others-wait-p99", MANY, .unit = "us", .better = BENCH_LOWER,
     .ours = &removal_waits},
};

const bench_table list_rows = {rows, G_N_ELEMENTS(rows)};
