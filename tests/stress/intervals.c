/* SPDX-License-Identifier: MIT */
/* Many tasks, each due once a second, on a pool of threads: what was submitted ends exactly once,
 * no run time is lost or doubled, and neither threads nor descriptors grow.
 *
 *   intervals [TASKS [SECONDS]]     100000 tasks for 10 seconds unless told otherwise, or until each
 *                                   task was submitted once */
#include <execz/execz.h>

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

/* What the events said about one task. */
typedef struct record {
    execz_time first;   /* its first run time */
    uint64_t submitted; /* run times handed over */
    uint64_t coalesced; /* run times covered by those */
    uint64_t missed;
    uint64_t ended;
    uint64_t refused; /* for max_instances, their coalesced ones included */
    execz_time last_submitted;
    execz_time last_ended;
} record;

typedef struct witness {
    execz_scheduler *scheduler;
    record *records;
    uint64_t faults;
    uint64_t runs;
    size_t n, n_begun; /* tasks; and those that were submitted at least once */
    execz_time end;
    bool stopping;
    bool measured;
    size_t threads, descriptors; /* once everything runs */
} witness;

static size_t
count_entries(const char *directory)
{
    DIR *dir = opendir(directory);
    size_t n = 0;

    while (dir != NULL && readdir(dir) != NULL) {
        n++;
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return n;
}

static void
fault(witness *self, const execz_event *event, const char *what)
{
    if (self->faults++ < 10) {
        fprintf(stderr, "fault: task %s: %s (%s)\n", event->task, what,
                execz_event_name(event->code));
    }
}

static void
take_due(witness *self, record *at, const execz_event *event, uint64_t *counter)
{
    execz_time latest = event->run_times[event->n_run_times - 1];

    if (at->first == 0) {
        at->first = event->run_times[0] - (execz_time)event->coalesced * EXECZ_SECOND;
    }
    if (latest <= at->last_submitted) {
        fault(self, event, "a run time came twice or out of order");
    }
    at->last_submitted = latest;
    self->n_begun += counter == &at->submitted && at->submitted == 0;
    *counter += event->n_run_times;
    at->coalesced += event->coalesced;
}

static void
take_end(witness *self, record *at, const execz_event *event)
{
    at->ended++;
    self->runs++;
    if (event->run_times[0] <= at->last_ended) {
        fault(self, event, "a run time ended twice or out of order");
    }
    at->last_ended = event->run_times[0];
    if (event->code != EXECZ_EVENT_TASK_EXECUTED) {
        fault(self, event, "it did not succeed");
    }
}

static void
stop_in_time(witness *self, const execz_event *event)
{
    if (!self->measured && event->time > self->end - 5 * EXECZ_SECOND) {
        self->measured = true;
        self->threads = count_entries("/proc/self/task");
        self->descriptors = count_entries("/proc/self/fd");
    }
    if (!self->stopping && event->time >= self->end && self->n_begun == self->n) {
        self->stopping = true;
        (void)execz_scheduler_shutdown(self->scheduler, 0, -1, NULL);
    }
}

static void
hear(void *user, const execz_event *event)
{
    witness *self = user;
    record *at = &self->records[atol(event->task + 1)];

    switch (event->code) {
    case EXECZ_EVENT_TASK_SUBMITTED:
        take_due(self, at, event, &at->submitted);
        break;
    case EXECZ_EVENT_TASK_MAX_INSTANCES:
        take_due(self, at, event, &at->refused);
        break;
    case EXECZ_EVENT_TASK_MISSED:
        if (event->run == 0) {
            take_due(self, at, event, &at->missed);
            break;
        } /* fall through */
    default:
        take_end(self, at, event);
    }
    stop_in_time(self, event);
}

static execz_status
tick(execz_call *call)
{
    (void)call;
    return EXECZ_OK;
}

static void
check(witness *self, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        record *at = &self->records[i];
        uint64_t due = at->submitted + at->coalesced + at->refused + at->missed;
        uint64_t expected =
            at->first == 0 ? 0 : (uint64_t)((at->last_submitted - at->first) / EXECZ_SECOND) + 1;

        if (at->ended != at->submitted || due != expected || at->submitted == 0) {
            self->faults++;
            fprintf(stderr,
                    "fault: task t%zu: %" PRIu64 " submitted, %" PRIu64 " ended, %" PRIu64
                    " due, %" PRIu64 " expected\n",
                    i, at->submitted, at->ended, due, expected);
        }
    }
}

static void
add_tasks(execz_scheduler *scheduler, size_t n)
{
    execz_error err = EXECZ_ERROR_INIT;

    for (size_t i = 0; i < n; i++) {
        execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
        char id[24];

        snprintf(id, sizeof id, "t%zu", i);
        spec.id = id;
        spec.trigger = "interval(seconds=1)";
        spec.function = "stress:tick";
        if (execz_scheduler_add_task(scheduler, &spec, &err) != EXECZ_OK) {
            fprintf(stderr, "%s\n", err.message);
            exit(1);
        }
    }
}

int
main(int argc, char **argv)
{
    static const char *const plugin_path[] = {EXECZ_TEST_BUNDLED_DIR, NULL};
    static const execz_function function = {sizeof function, EXECZ_TASK_FUNCTION, "tick",
                                            "does nothing", tick};
    static const execz_function *const functions[] = {&function};
    size_t n = argc > 1 ? (size_t)atol(argv[1]) : 100000;
    int64_t seconds = argc > 2 ? atol(argv[2]) : 10;
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    execz_error err = EXECZ_ERROR_INIT;
    witness self = {.records = g_new0(record, n), .n = n};

    options.plugin_path = plugin_path;
    options.log_level = EXECZ_LOG_ERROR;
    self.scheduler = execz_scheduler_new(&options, &err);
    if (self.scheduler == NULL ||
        execz_scheduler_add_executor(self.scheduler, "default", "threadpool", NULL, 0, &err) != 0 ||
        execz_scheduler_add_functions(self.scheduler, "stress", functions, 1, &err) != 0) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    add_tasks(self.scheduler, n);
    execz_scheduler_add_listener(self.scheduler,
                                 EXECZ_EVENT_TERMINAL | EXECZ_EVENT_TASK_SUBMITTED |
                                     EXECZ_EVENT_TASK_MAX_INSTANCES,
                                 hear, &self);
    self.end = g_get_real_time() * 1000 + seconds * EXECZ_SECOND;
    (void)execz_scheduler_run(self.scheduler, &err);
    if (count_entries("/proc/self/fd") > self.descriptors) {
        self.faults++;
        fprintf(stderr, "fault: descriptors have grown\n");
    }
    check(&self, n);
    execz_scheduler_free(self.scheduler);
    printf("%zu tasks, %" PRId64 " s: %" PRIu64 " runs, %zu threads, %zu descriptors, %" PRIu64
           " faults\n",
           n, seconds, self.runs, self.threads - 2, self.descriptors - 2, self.faults);
    g_free(self.records);
    return self.faults == 0 ? 0 : 1;
}
