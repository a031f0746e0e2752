/* SPDX-License-Identifier: MIT */
/* Commands that time out together, each a tree of processes that do all they can to stay (tree.c).
 * When the last run has ended, nobody is left.
 *
 *   trees [EXECUTOR [COMMANDS [PROCESSES [SECONDS [strict]]]]]
 *
 * SECONDS is the timeout, in which all of them must have come up.  How many are left one second after
 * the grace is counted, too; with `strict`, which a busy machine may not pass, that has to be none. */
#include <execz/execz.h>

#include <dirent.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#define GRACE (2 * EXECZ_SECOND)
#define ALLOWED EXECZ_SECOND

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
    execz_duration latest; /* end of a run after timeout and grace */
    const char *tag;
    unsigned started;
    atomic_llong last_start; /* of all; 0: not all have started */
    unsigned left;           /* when the allowed time was over */
} witness;

static void
fault(witness *self, const execz_event *event, const char *what)
{
    self->faults++;
    fprintf(stderr, "fault: task %s: %s: %s\n", event->task, what,
            event->result->message != NULL ? event->result->message
                                           : execz_event_name(event->code));
}

static execz_time
now(void)
{
    return g_get_real_time() * EXECZ_MICROSECOND;
}

/* Looks at the moment that counts, whether or not the runs have ended. */
static void *
look(void *user)
{
    witness *self = user;

    while (atomic_load(&self->last_start) == 0 ||
           now() < atomic_load(&self->last_start) + self->timeout + GRACE + ALLOWED) {
        poll(NULL, 0, 5);
    }
    self->left = count_left(self->tag);
    return NULL;
}

static void
hear_start(witness *self)
{
    if (++self->started == self->wanted) {
        atomic_store(&self->last_start, now());
    }
}

static void
hear(void *user, const execz_event *event)
{
    witness *self = user;
    const execz_result *result = event->result;

    if (event->code == EXECZ_EVENT_TASK_STARTED) {
        hear_start(self);
        return;
    }
    if (result->outcome != EXECZ_OUTCOME_TIMEOUT) {
        fault(self, event, "it did not time out");
    } else if (result->output_length != 3) {
        fault(self, event, "its tree was not up");
    }
    self->latest = MAX(self->latest, result->finished - result->started - self->timeout - GRACE);
    if (++self->ended == self->wanted) {
        (void)execz_scheduler_shutdown(self->scheduler, 0, -1, NULL);
    }
}

static bool
add_tasks(witness *self, const char *processes, execz_error *err)
{
    const char *const argv[] = {EXECZ_TEST_TREE, "tree", self->tag, processes, NULL};
    g_autoptr(GDateTime) soon = g_date_time_new_now_utc();
    g_autofree char *when = g_date_time_format(soon, "date(%Y-%m-%dT%H:%M:%SZ)");

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
run(witness *self, const char *executor, const char *processes)
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
        !add_tasks(self, processes, &err)) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TERMINAL | EXECZ_EVENT_TASK_STARTED,
                                 hear, self);
    (void)execz_scheduler_run(self->scheduler, &err);
}

/* How many are left for good: who was killed may need a moment to die. */
static unsigned
count_survivors(const char *tag)
{
    unsigned left = count_left(tag);

    for (int i = 0; i < 6000 && left > 0; i++) {
        poll(NULL, 0, 10);
        left = count_left(tag);
    }
    return left;
}

int
main(int argc, char **argv)
{
    const char *executor = argc > 1 ? argv[1] : "threadpool";
    const char *processes = argc > 3 ? argv[3] : "50";
    bool strict = argc > 5 && strcmp(argv[5], "strict") == 0;
    g_autofree char *tag = g_strdup_printf("execz-tree-%d", (int)getpid());
    witness self = {.wanted = argc > 2 ? (unsigned)atol(argv[2]) : 100,
                    .tag = tag,
                    .timeout = (argc > 4 ? atol(argv[4]) : 10) * EXECZ_SECOND};
    unsigned survivors;
    pthread_t looking;

    pthread_create(&looking, NULL, look, &self);
    run(&self, executor, processes);
    pthread_join(looking, NULL);
    survivors = count_survivors(tag);
    printf("%s: %u commands of %s processes: %u faults, %u left one second after the grace, %u in "
           "the end; the last run ended %" PRId64 " ms after the grace\n",
           executor, self.ended, processes, self.faults, self.left, survivors,
           self.latest / EXECZ_MILLISECOND);
    execz_scheduler_free(self.scheduler);
    return self.faults == 0 && self.ended == self.wanted && survivors == 0 &&
                   (self.left == 0 || !strict)
               ? 0
               : 1;
}
