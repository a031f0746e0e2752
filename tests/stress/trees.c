/* SPDX-License-Identifier: MIT */
/* Commands that time out together, each a tree of processes that do all they can to stay (tree.c).  One second after the grace nobody is left, and
 * no run has ended later than that.
 *
 *   trees [EXECUTOR [COMMANDS [PROCESSES [SECONDS]]]]
 *
 * SECONDS is the timeout, in which all of them must have come up. */
#include <execz/execz.h>

#include <dirent.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#define GRACE (2 * EXECZ_SECOND)

/* ---- who is left ---- */

static bool
is_ours(const char *pid, const char *tag)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/cmdline", pid);
    g_autofree char *text = NULL;
    gsize length = 0;

    /* A dead one has no command line any more. */
    return g_file_get_contents(path, &text, &length, NULL) &&
           memmem(text, length, tag, strlen(tag)) != NULL;
}

static unsigned
count_left(const char *tag)
{
    DIR *directory = opendir("/proc");
    struct dirent *entry;
    unsigned n = 0;

    while ((entry = readdir(directory)) != NULL) {
        n += g_ascii_isdigit(entry->d_name[0]) && is_ours(entry->d_name, tag);
    }
    closedir(directory);
    return n;
}

/* ---- the scheduler ---- */

typedef struct witness {
    execz_scheduler *scheduler;
    execz_duration timeout;
    unsigned wanted, ended, faults;
    execz_duration latest; /* after timeout and grace */
    execz_time last_start;
} witness;

static void
fault(witness *self, const execz_event *event, const char *what)
{
    self->faults++;
    fprintf(stderr, "fault: task %s: %s: %s\n", event->task, what,
            event->result->message != NULL ? event->result->message
                                           : execz_event_name(event->code));
}

static void
hear(void *user, const execz_event *event)
{
    witness *self = user;
    const execz_result *result = event->result;
    execz_duration late = result->finished - result->started - self->timeout - GRACE;

    if (result->outcome != EXECZ_OUTCOME_TIMEOUT) {
        fault(self, event, "it did not time out");
    } else if (result->output_length != 3) {
        fault(self, event, "its tree was not up");
    }
    self->latest = MAX(self->latest, late);
    self->last_start = MAX(self->last_start, result->started);
    if (++self->ended == self->wanted) {
        (void)execz_scheduler_shutdown(self->scheduler, 0, -1, NULL);
    }
}

static bool
add_tasks(witness *self, const char *tag, const char *processes, execz_error *err)
{
    const char *const argv[] = {EXECZ_TEST_TREE, "tree", tag, processes, NULL};
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *when = g_date_time_format(now, "date(%Y-%m-%dT%H:%M:%SZ)");

    for (unsigned i = 0; i < self->wanted; i++) {
        execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
        char id[24];

        snprintf(id, sizeof id, "t%u", i);
        spec.id = id;
        spec.trigger = when;
        spec.argv = argv;
        spec.timeout = self->timeout;
        spec.kill_grace = GRACE;
        if (execz_scheduler_add_task(self->scheduler, &spec, err) != EXECZ_OK) {
            return false;
        }
    }
    return true;
}

static void
run(witness *self, const char *executor, const char *tag, const char *processes)
{
    static const char *const plugin_path[] = {EXECZ_TEST_BUNDLED_DIR, NULL};
    g_autofree char *workers = g_strdup_printf("%u", self->wanted);
    const execz_pair pool[] = {{"max_workers", workers}};
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    options.plugin_path = plugin_path;
    options.log_level = EXECZ_LOG_ERROR;
    self->scheduler = execz_scheduler_new(&options, &err);
    if (self->scheduler == NULL ||
        execz_scheduler_add_executor(self->scheduler, "default", executor, pool,
                                     strcmp(executor, "asyncio") != 0, &err) != EXECZ_OK ||
        !add_tasks(self, tag, processes, &err)) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TERMINAL, hear, self);
    (void)execz_scheduler_run(self->scheduler, &err);
}

int
main(int argc, char **argv)
{
    const char *executor = argc > 1 ? argv[1] : "threadpool";
    const char *processes = argc > 3 ? argv[3] : "50";
    g_autofree char *tag = g_strdup_printf("execz-tree-%d", (int)getpid());
    witness self = {.wanted = argc > 2 ? (unsigned)atol(argv[2]) : 100,
                    .timeout = (argc > 4 ? atol(argv[4]) : 10) * EXECZ_SECOND};
    execz_duration allowed = (argc > 5 ? atol(argv[5]) : 1) * EXECZ_SECOND;
    double load = 0;
    unsigned left;

    /* A machine that is busy with others' work may take as much longer. */
    if (getloadavg(&load, 1) == 1) {
        allowed = (execz_duration)((double)allowed * MAX(1, load / (double)g_get_num_processors()));
    }
    run(&self, executor, tag, processes);
    while ((left = count_left(tag)) > 0 &&
           g_get_real_time() * 1000 < self.last_start + self.timeout + GRACE + allowed) {
        poll(NULL, 0, 10);
    }
    printf("%s: %u commands of %s processes: %u faults, %u left, the last was gone %" PRId64
           " ms after the grace\n",
           executor, self.ended, processes, self.faults, left, self.latest / EXECZ_MILLISECOND);
    execz_scheduler_free(self.scheduler);
    return self.faults == 0 && self.ended == self.wanted && left == 0 && self.latest <= allowed ? 0
                                                                                                : 1;
}
