/* SPDX-License-Identifier: MIT */
/* Commands that are stopped together, each a tree of processes that do all they can to stay (tree.c).
 * When the last run has ended, nobody is left.
 *
 *   trees [EXECUTOR [COMMANDS [PROCESSES [SECONDS [strict]]]]]
 *
 * When all trees have said that they are up, the scheduler is shut down, which cancels them; no
 * time is judged.  For measuring on a quiet machine: with SECONDS they time out instead, and all must
 * have come up by then; with `strict` nobody may be left one second after the grace, either. */
#include <execz/execz.h>

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

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
    execz_duration timeout; /* 0: they are cancelled */
    unsigned wanted, ended, faults;
    unsigned given_up;     /* on a machine too slow for a shutdown */
    execz_duration latest; /* end of a run after its grace */
    const char *tag;
    const char *fifo;
    int fd; /* both ends of fifo, so that nobody waits to open it, and it has no end */
    unsigned started;
    atomic_llong stopped; /* when the last one was told to stop; 0: not yet */
    unsigned left;        /* when the allowed time was over */
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

static void
await_trees(const witness *self)
{
    char byte;

    for (unsigned n = 0; n < self->wanted;) {
        n += read(self->fd, &byte, 1) == 1;
    }
}

/* Looks at the moment that counts, whether or not the runs have ended. */
static void *
look(void *user)
{
    witness *self = user;

    if (self->timeout == 0) {
        await_trees(self);
        atomic_store(&self->stopped, now());
        (void)execz_scheduler_shutdown(self->scheduler, EXECZ_SHUTDOWN_CANCEL, -1, NULL);
    }
    while (atomic_load(&self->stopped) == 0 ||
           now() < atomic_load(&self->stopped) + GRACE + ALLOWED) {
        poll(NULL, 0, 5);
    }
    self->left = count_left(self->tag);
    return NULL;
}

static void
hear_end(witness *self, const execz_event *event)
{
    const execz_result *result = event->result;
    uint32_t expected =
        self->timeout > 0 ? EXECZ_OUTCOME_TIMEOUT : (uint32_t)EXECZ_OUTCOME_CANCELLED;

    if (self->timeout == 0 && result->outcome == EXECZ_OUTCOME_LOST) {
        self->given_up++;
    } else if (result->outcome != expected) {
        fault(self, event, "it was not stopped");
    } else if (result->output_length != 3) {
        fault(self, event, "its tree was not up");
    }
    self->latest = MAX(self->latest, result->finished - atomic_load(&self->stopped) - GRACE);
    if (++self->ended == self->wanted && self->timeout > 0) {
        (void)execz_scheduler_shutdown(self->scheduler, 0, -1, NULL);
    }
}

static void
hear(void *user, const execz_event *event)
{
    witness *self = user;

    if (event->code != EXECZ_EVENT_TASK_STARTED) {
        hear_end(self, event);
    } else if (++self->started == self->wanted && self->timeout > 0) {
        atomic_store(&self->stopped, now() + self->timeout);
    }
}

static bool
add_tasks(witness *self, const char *processes, execz_error *err)
{
    const char *const argv[] = {EXECZ_TEST_TREE, "tree", self->tag, processes, self->fifo, NULL};
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

/* asyncio gets a loop of its own: should a slow machine make the shutdown give a run up, its command
 * is stopped nevertheless. */
static bool
make(witness *self, const char *executor, const char *processes, execz_error *err)
{
    static const char *const plugin_path[] = {EXECZ_TEST_BUNDLED_DIR, NULL};
    g_autofree char *workers = g_strdup_printf("%u", self->wanted);
    bool pool = strcmp(executor, "asyncio") != 0;
    const execz_pair option = {pool ? "max_workers" : "loop", pool ? workers : "own"};
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;

    options.plugin_path = plugin_path;
    options.log_level = EXECZ_LOG_ERROR;
    self->scheduler = execz_scheduler_new(&options, err);
    if (self->scheduler == NULL ||
        execz_scheduler_add_executor(self->scheduler, "default", executor, &option, 1, err) !=
            EXECZ_OK ||
        !add_tasks(self, processes, err)) {
        return false;
    }
    execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TERMINAL | EXECZ_EVENT_TASK_STARTED,
                                 hear, self);
    return true;
}

static void
run(witness *self, const char *executor, const char *processes)
{
    execz_error err = EXECZ_ERROR_INIT;
    pthread_t looking;

    if (!make(self, executor, processes, &err)) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    pthread_create(&looking, NULL, look, self);
    (void)execz_scheduler_run(self->scheduler, &err);
    pthread_join(looking, NULL);
}

/* How many are left for good: who was killed may need a moment to die. */
static unsigned
count_survivors(const char *tag)
{
    unsigned left = count_left(tag);

    for (int i = 0; i < 18000 && left > 0; i++) {
        poll(NULL, 0, 10);
        left = count_left(tag);
    }
    return left;
}

static void
tell(const witness *self, const char *executor, const char *processes, unsigned survivors)
{
    printf("%s: %u commands of %s processes: %u faults, %u left one second after the grace, %u in "
           "the end; the last run ended %" PRId64 " ms after the grace\n",
           executor, self->ended, processes, self->faults, self->left, survivors,
           self->latest / EXECZ_MILLISECOND);
    if (self->given_up > 0) {
        printf("the shutdown did not wait for %u of them\n", self->given_up);
    } else {
        execz_scheduler_free(self->scheduler);
    }
}

int
main(int argc, char **argv)
{
    const char *executor = argc > 1 ? argv[1] : "threadpool";
    const char *processes = argc > 3 ? argv[3] : "50";
    bool strict = argc > 5 && strcmp(argv[5], "strict") == 0;
    g_autofree char *tag = g_strdup_printf("execz-tree-%d", (int)getpid());
    g_autofree char *directory = g_dir_make_tmp("execz-trees-XXXXXX", NULL);
    g_autofree char *fifo = g_strdup_printf("%s/up", directory);
    static witness self;
    unsigned survivors;

    self = (witness){.wanted = argc > 2 ? (unsigned)atol(argv[2]) : 100,
                     .tag = tag,
                     .fifo = fifo,
                     .timeout = (argc > 4 ? atol(argv[4]) : 0) * EXECZ_SECOND};
    if (mkfifo(fifo, 0600) != 0 || (self.fd = open(fifo, O_RDWR | O_CLOEXEC)) < 0) {
        perror(fifo);
        return 1;
    }
    run(&self, executor, processes);
    close(self.fd);
    g_unlink(fifo);
    g_rmdir(directory);
    survivors = count_survivors(tag);
    tell(&self, executor, processes, survivors);
    return self.faults == 0 && self.ended == self.wanted && survivors == 0 &&
                   (self.left == 0 || !strict)
               ? 0
               : 1;
}
