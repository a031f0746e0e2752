/* SPDX-License-Identifier: MIT */
/* Ends a real `execz start` with SIGTERM again and again, each time in another state, and looks whether it
 * exits with 0 in time and leaves nothing running.
 *
 * usage: stress_drain [N] [SEED]     N times; 100 is the figure in docs/PROMISES.md
 *
 * Its commands are short and long ones, some that do not listen to SIGTERM, and some that leave a process
 * behind in the same session; now and then it is reloaded just before, or gets a second SIGTERM. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#define MARK "EXECZ_DRAIN_MARK" /* in the environment of everything that belongs to this test */
#define PATIENCE_MS 120000      /* this machine may be busy; a drain takes a second and a grace */

static const char config[] = "[executor:default]\ntype = threadpool\n"
                             "[executor:other]\ntype = asyncio\n"
                             "[defaults]\nmax_instances = 3\nkill_grace = 200ms\n"
                             "[task:short]\nevery = 20ms\nshell = true\n"
                             "[task:long]\nevery = 50ms\nshell = sleep 0.4\nexecutor = other\n"
                             "[task:deaf]\nevery = 100ms\nshell = trap '' TERM; sleep 30\n"
                             "[task:tree]\nevery = 100ms\nshell = (sleep 30; true) & sleep 30\n";

static char *directory; /* of this test */

static void
nap(int ms)
{
    (void)poll(NULL, 0, ms);
}

static char *
path_of(const char *name)
{
    return g_build_filename(directory, name, NULL);
}

static pid_t
start(void)
{
    g_autofree char *file = path_of("drain.conf"), *state = path_of("state");
    g_autofree char *log = path_of("log");
    pid_t pid;

    (void)g_remove(log); /* that of the life before says nothing of this one */
    pid = fork();
    if (pid == 0) {
        int out = open(log, O_WRONLY | O_CREAT, 0600);

        (void)dup2(out, STDOUT_FILENO);
        (void)dup2(out, STDERR_FILENO);
        (void)setenv(MARK, directory, 1);
        execl(EXECZ_PROGRAM, "execz", "start", "-c", file, "--state-dir", state, "--no-socket",
              "--drain", "1s", (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* Whether its log has a line: from then on a signal is its business. */
static bool
is_up(void)
{
    g_autofree char *log = path_of("log");
    GStatBuf facts;

    return g_stat(log, &facts) == 0 && facts.st_size > 0;
}

/* Processes of this test beside this one. */
static unsigned
count_left(void)
{
    g_autofree char *mark = g_strdup_printf(MARK "=%s", directory);
    g_autoptr(GDir) proc = g_dir_open("/proc", 0, NULL);
    unsigned n = 0;
    const char *name;

    while ((name = g_dir_read_name(proc)) != NULL) {
        g_autofree char *path = g_strdup_printf("/proc/%s/environ", name);
        g_autofree char *text = NULL;
        gsize length = 0;

        if (g_ascii_isdigit(name[0]) && g_file_get_contents(path, &text, &length, NULL)) {
            n += memmem(text, length, mark, strlen(mark)) != NULL;
        }
    }
    return n;
}

/* What it exits with; -1 if it does not in time, and then it is killed. */
static int
wait_for_end(pid_t pid)
{
    int status = 0;

    for (int waited = 0; waited < PATIENCE_MS; waited += 5) {
        if (waitpid(pid, &status, WNOHANG) == pid) {
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        nap(5);
    }
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, &status, 0);
    return -1;
}

/* What it said, for nothing of it is kept. */
static void
show_log(void)
{
    g_autofree char *log = path_of("log");
    g_autofree char *text = NULL;

    if (g_file_get_contents(log, &text, NULL, NULL)) {
        fprintf(stderr, "%s", text);
    }
}

/* One life; false if its end was not as it should be. */
static bool
live_once(GRand *rand, unsigned number)
{
    int before = g_rand_int_range(rand, 0, 600);
    bool hangup = g_rand_int_range(rand, 0, 4) == 0;
    bool twice = g_rand_int_range(rand, 0, 3) == 0;
    pid_t pid = start();
    unsigned left;
    int exit;

    for (int waited = 0; !is_up() && waited < PATIENCE_MS; waited++) {
        nap(1);
    }
    nap(before);
    if (hangup) {
        (void)kill(pid, SIGHUP);
    }
    (void)kill(pid, SIGTERM);
    if (twice) {
        nap(g_rand_int_range(rand, 0, 500));
        (void)kill(pid, SIGTERM);
    }
    exit = wait_for_end(pid);
    left = count_left();
    if (exit != 0 || left != 0) {
        fprintf(stderr, "life %u, %d ms%s%s: exit %d, %u processes left\n", number, before,
                hangup ? ", a hangup" : "", twice ? ", two signals" : "", exit, left);
        show_log();
    }
    return exit == 0 && left == 0;
}

static void
remove_all(void)
{
    static const char *const names[] = {"log",
                                        "drain.conf",
                                        "state/execz.db",
                                        "state/execz.db-wal",
                                        "state/execz.db-shm",
                                        "state/lock",
                                        "state",
                                        ""};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = path_of(names[i]);

        (void)g_remove(path);
    }
}

int
main(int argc, char **argv)
{
    guint64 n = 0, seed = (guint64)g_get_real_time();
    unsigned n_wrong = 0;
    GRand *rand;
    g_autofree char *file = NULL;

    if ((argc > 1 && !g_ascii_string_to_unsigned(argv[1], 10, 1, 1000000, &n, NULL)) ||
        (argc > 2 && !g_ascii_string_to_unsigned(argv[2], 10, 0, UINT32_MAX, &seed, NULL))) {
        fprintf(stderr, "usage: stress_drain [N] [SEED]\n");
        return 2;
    }
    n = n == 0 ? 100 : n;
    directory = g_dir_make_tmp("execz-drain-XXXXXX", NULL);
    file = directory == NULL ? NULL : path_of("drain.conf");
    if (file == NULL || !g_file_set_contents(file, config, -1, NULL)) {
        perror("stress_drain: a directory of its own");
        return 1;
    }
    rand = g_rand_new_with_seed((guint32)seed);
    for (unsigned i = 0; i < n; i++) {
        n_wrong += !live_once(rand, i);
    }
    printf("%u of %u lives ended wrongly; again with: stress_drain %u %u\n", n_wrong, (unsigned)n,
           (unsigned)n, (unsigned)seed);
    g_rand_free(rand);
    remove_all();
    g_free(directory);
    return n_wrong > 0;
}
