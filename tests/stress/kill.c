/* SPDX-License-Identifier: MIT */
/* Kills a real `execz start` again and again while it is busy, and looks afterwards whether every run time
 * is accounted for.
 *
 * usage: stress_kill [N] [SEED]              N kills at random, 500 for the figure in docs/PROMISES.md
 *        stress_kill --failpoints [N] [SEED]  N kills at each step between due and committed result, in
 *                                             a debug build
 *
 * Tasks are due 50 times a second; each writes what it is into a witness file that execz knows nothing of.
 * Half of them are at-most-once: none of their run times may be twice in the witness.  The others are
 * at-least-once: each of their run times is there at least once.  And of all, the history has each run
 * time from the first to the last, as a record or counted as coalesced on one. */
#include "accounts.h"

#include <execz/execz.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#define PATIENCE_MS 180000

#ifdef NDEBUG
#define HAS_FAILPOINTS false
#else
#define HAS_FAILPOINTS true
#endif

static char *directory; /* of this test */
static int n_wrong;
static gint64 slowest_start; /* us, until it said that it runs */

void
wrong(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    n_wrong++;
}

char *
path_of(const char *name)
{
    return g_build_filename(directory, name, NULL);
}

static void
nap(int ms)
{
    (void)poll(NULL, 0, ms);
}

/* ---- execz ----------------------------------------------------------------------------------- */

static void
write_config(void)
{
    g_autoptr(GString) text = g_string_new("[executor:default]\ntype = threadpool\n");
    g_autofree char *path = path_of("kill.conf"), *witness = path_of("witness");

    for (int i = 0; i < TASKS; i++) {
        g_string_append_printf(text,
                               "[task:t%d]\ntrigger = interval(seconds=0.2, "
                               "start_at=2026-01-01T00:00:00Z)\n"
                               "shell = echo $EXECZ_RUN_KEY $EXECZ_ATTEMPT >> %s\n"
                               "max_instances = 5\ndelivery = %s\n",
                               i, witness, i < TASKS / 2 ? "at-most-once" : "at-least-once");
    }
    if (!g_file_set_contents(path, text->str, -1, NULL)) {
        abort();
    }
}

/* failpoint: "NAME=kill:N"; NULL: none. */
static pid_t
start(const char *failpoint)
{
    g_autofree char *config = path_of("kill.conf"), *state = path_of("state");
    g_autofree char *log = path_of("log");
    pid_t pid = fork();

    if (pid == 0) {
        int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);

        if (failpoint != NULL) {
            (void)g_setenv("EXECZ_FAILPOINT", failpoint, TRUE);
        }
        (void)dup2(out, STDOUT_FILENO);
        (void)dup2(out, STDERR_FILENO);
        execl(EXECZ_PROGRAM, "execz", "start", "-c", config, "--state-dir", state, "--no-socket",
              (char *)NULL);
        _exit(127);
    }
    return pid;
}

static off_t
size_of(const char *name)
{
    g_autofree char *path = path_of(name);
    struct stat facts;

    return stat(path, &facts) == 0 ? facts.st_size : 0;
}

/* Whether the log says behind that place that a scheduler has started. */
static bool
has_started(off_t since)
{
    g_autofree char *path = path_of("log");
    g_autofree char *text = NULL;
    gsize length = 0;

    return g_file_get_contents(path, &text, &length, NULL) && (gsize)since < length &&
           strstr(text + since, "SCHEDULER") != NULL;
}

/* Starts one and waits until it runs tasks; -1 if it has ended instead.  What the one before has left
 * behind may write a line, too, but not after this one has started and has submitted something. */
static pid_t
start_busy(void)
{
    off_t log = size_of("log"), witness;
    gint64 began = g_get_monotonic_time();
    pid_t pid = start(NULL);
    int status = 0, waited = 0;

    while (waited++ < PATIENCE_MS && !has_started(log) && waitpid(pid, &status, WNOHANG) != pid) {
        nap(1);
    }
    slowest_start = MAX(slowest_start, g_get_monotonic_time() - began);
    for (witness = size_of("witness"); waited++ < PATIENCE_MS && size_of("witness") == witness;) {
        nap(1);
    }
    if (has_started(log) && size_of("witness") > witness) {
        return pid;
    }
    wrong("execz did not run its tasks; its log is in %s", directory);
    return -1;
}

static void
kill_once(void)
{
    pid_t pid = start_busy();

    if (pid > 0) {
        nap((int)g_random_int_range(0, 250));
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
}

/* Has it die at that step by itself. */
static void
kill_at(const char *step)
{
    g_autofree char *failpoint = g_strdup_printf("%s=kill:%d", step, g_random_int_range(1, 40));
    pid_t pid = start(failpoint);
    int status = 0, waited = 0;

    while (waited++ < PATIENCE_MS && waitpid(pid, &status, WNOHANG) != pid) {
        nap(1);
    }
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
        wrong("it did not die at %s; its log is in %s", failpoint, directory);
        kill(pid, SIGKILL);
    }
}

/* Once more, and this time it is asked to end: what is left of the last kill is settled. */
static void
end_well(void)
{
    pid_t pid = start_busy();
    int status = 0;

    if (pid < 0) {
        return;
    }
    kill(pid, SIGTERM);
    waitpid(pid, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        wrong("execz did not end well: status %x", status);
    }
}

/* ---- all ------------------------------------------------------------------------------------- */

static void
kill_at_random(int n)
{
    for (int i = 0; i < n && n_wrong == 0; i++) {
        kill_once();
    }
}

/* All steps from due to committed result; false if this build has none of them. */
static bool
kill_at_each_step(int n)
{
    static const char *const steps[] = {
        "dispatch.due",       "store.before_commit", "store.after_commit", "dispatch.committed",
        "submit.before_send", "submit.after_send",   "result.taken",       "result.noted",
    };

    if (!HAS_FAILPOINTS) {
        puts("this is a release build, which has no failpoints");
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        for (int k = 0; k < n && n_wrong == 0; k++) {
            kill_at(steps[i]);
        }
        printf("%s: %d kills\n", steps[i], n);
        (void)fflush(stdout);
    }
    return true;
}

static void
remove_all(void)
{
    const char *remove[] = {"rm", "-rf", "--", directory, NULL};

    (void)g_spawn_sync(NULL, (char **)remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                       NULL, NULL);
}

int
main(int argc, char **argv)
{
    bool steps = argc > 1 && strcmp(argv[1], "--failpoints") == 0;
    const char *count = argc > 1 + steps ? argv[1 + steps] : "3";
    const char *given = argc > 2 + steps ? argv[2 + steps] : NULL;
    int n = (int)g_ascii_strtoll(count, NULL, 10);
    guint32 seed = given != NULL ? (guint32)g_ascii_strtoull(given, NULL, 10) : g_random_int();

    directory = g_dir_make_tmp("execz-kill-XXXXXX", NULL);
    if (directory == NULL) {
        return 1;
    }
    g_random_set_seed(seed);
    write_config();
    if (!steps) {
        kill_at_random(n);
    } else if (!kill_at_each_step(n)) {
        remove_all();
        g_free(directory);
        return 77; /* skipped */
    }
    if (n_wrong == 0) {
        end_well();
        nap(300); /* a command that a killed execz has left behind writes its line */
        accounts_check();
    }
    printf("%d kills%s, seed %u, slowest start %.0f ms: %s\n", n, steps ? " at each step" : "",
           seed, (double)slowest_start / 1000, n_wrong == 0 ? "nothing is lost" : "WRONG");
    if (n_wrong == 0) {
        remove_all();
    }
    g_free(directory);
    return n_wrong == 0 ? 0 : 1;
}
