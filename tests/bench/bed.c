/* SPDX-License-Identifier: MIT */
#include "bed.h"

#include "scheduler/scheduler.h"

#include <stdio.h>
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

struct bed {
    ez_clock clock; /* first */
    execz_time now;
    execz_scheduler *scheduler; /* owned */
    execz_error err;            /* of the last call */
    char *state_dir;            /* owned; NULL: none */
};

static execz_status
nothing(execz_call *call)
{
    (void)call;
    return EXECZ_OK;
}

static execz_time
turned_now(const ez_clock *clock)
{
    return ((const bed *)clock)->now;
}

static int64_t
turned_monotonic(const ez_clock *clock)
{
    return ((const bed *)clock)->now;
}

static size_t
split_options(const char *const *options, execz_pair *pairs, char (*keys)[64])
{
    size_t n = 0;

    for (; options != NULL && options[n] != NULL; n++) {
        const char *equals = strchr(options[n], '=');

        g_strlcpy(keys[n], options[n], (gsize)(equals - options[n]) + 1);
        pairs[n] = (execz_pair){keys[n], equals + 1};
    }
    return n;
}

/* Whether its plugin is there. */
static bool
start(bed *self, const char *executor, const char *const *options, char *why)
{
    static const execz_function function = {sizeof function, EXECZ_TASK_FUNCTION, "nothing",
                                            "does nothing", nothing};
    static const execz_function *const functions[] = {&function};
    execz_error err = EXECZ_ERROR_INIT;
    execz_pair pairs[8];
    char keys[8][64];
    size_t n = split_options(options, pairs, keys);
    execz_status status =
        execz_scheduler_add_executor(self->scheduler, "default", executor, pairs, n, &err);

    if (status == EXECZ_E_NOT_FOUND) {
        (void)snprintf(why, BENCH_WHY, "plugin %s is not installed", executor);
        return false;
    }
    if (status != EXECZ_OK ||
        execz_scheduler_add_functions(self->scheduler, "bench", functions, 1, &err) != EXECZ_OK ||
        execz_scheduler_start(self->scheduler, &err) != EXECZ_OK) {
        bench_die("%s: %s", executor, err.message);
    }
    return true;
}

static bed *
make(const char *executor, const char *const *options, bool turned, char *state_dir, char *why)
{
    static const char *const plugin_path[] = {BENCH_PLUGIN_DIR, NULL};
    execz_scheduler_options made = EXECZ_SCHEDULER_OPTIONS_INIT;
    execz_error err = EXECZ_ERROR_INIT;
    bed *self = g_new0(bed, 1);

    made.plugin_path = plugin_path;
    made.log_level = EXECZ_LOG_ERROR;
    made.state_dir = self->state_dir = state_dir;
    self->err = (execz_error)EXECZ_ERROR_INIT;
    self->clock = (ez_clock){turned_now, turned_monotonic};
    self->now = INT64_C(1798761600) * EXECZ_SECOND; /* 2027 */
    self->scheduler = ez_scheduler_new(&made, turned ? &self->clock : ez_clock_system(), &err);
    if (self->scheduler == NULL) {
        bench_die("%s", err.message);
    }
    if (!start(self, executor, options, why)) {
        bed_free(self);
        return NULL;
    }
    return self;
}

bed *
bed_new(const char *executor, const char *const *options, bool turned, char *why)
{
    return make(executor, options, turned, NULL, why);
}

bed *
bed_new_durable(const char *executor, char *why)
{
    /* On a file system of a disk: in memory a commit would cost nothing. */
    char *state_dir = g_strdup("/var/tmp/execz-bench-XXXXXX");

    if (g_mkdtemp(state_dir) == NULL) {
        (void)snprintf(why, BENCH_WHY, "%s cannot be made", state_dir);
        g_free(state_dir);
        return NULL;
    }
    return make(executor, NULL, true, state_dir, why);
}

static void
remove_directory(char *path)
{
    GDir *directory = g_dir_open(path, 0, NULL);
    const char *name;

    while (directory != NULL && (name = g_dir_read_name(directory)) != NULL) {
        g_autofree char *file = g_build_filename(path, name, NULL);

        (void)g_unlink(file);
    }
    g_clear_pointer(&directory, g_dir_close);
    (void)g_rmdir(path);
    g_free(path);
}

void
bed_free(void *state)
{
    bed *self = state;

    execz_scheduler_free(self->scheduler);
    if (self->state_dir != NULL) {
        remove_directory(self->state_dir);
    }
    g_free(self);
}

execz_scheduler *
bed_scheduler(bed *self)
{
    return self->scheduler;
}

const char *
bed_id(uint64_t nth)
{
    static char id[] = "task-0000000";

    for (size_t at = sizeof id - 1; id[at - 1] != '-'; at--) {
        id[at - 1] = (char)('0' + nth % 10);
        nth /= 10;
    }
    return id;
}

void
bed_add_one(bed *self, uint64_t nth, const char *trigger)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = bed_id(nth);
    spec.trigger = trigger;
    spec.function = "bench:nothing";
    spec.max_instances = 100; /* where the machine is busy with others nothing is refused */
    if (execz_scheduler_add_task(self->scheduler, &spec, &self->err) != EXECZ_OK) {
        bench_die("%s", self->err.message);
    }
}

void
bed_add(bed *self, uint64_t n, const char *trigger)
{
    for (uint64_t i = 0; i < n; i++) {
        bed_add_one(self, i, trigger);
    }
    execz_scheduler_dispatch(self->scheduler);
}

void
bed_remove(bed *self, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        (void)execz_scheduler_remove_task(self->scheduler, bed_id(i), NULL);
    }
    execz_scheduler_dispatch(self->scheduler);
}

void
bed_turn(bed *self, execz_duration duration)
{
    execz_scheduler_info info = {.size = sizeof info};

    self->now += duration;
    do {
        execz_scheduler_dispatch(self->scheduler);
        execz_scheduler_get_info(self->scheduler, &info);
    } while (info.next_run <= self->now);
}

void *
bed_set_up(const bench_load *load, char *why)
{
    (void)load;
    return bed_new("threadpool", NULL, false, why);
}

void *
bed_set_up_armed(const bench_load *load, char *why)
{
    bed *self = bed_set_up(load, why);

    if (self != NULL) {
        bed_add(self, load->n, BED_EACH_DAY);
    }
    return self;
}
