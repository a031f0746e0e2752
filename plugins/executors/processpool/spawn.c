/* SPDX-License-Identifier: MIT */
/* The process of the zygote: its start and its end. */
#include "pool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where the zygote finds them; see worker/main.c. */
#define ZYGOTE_SOCKET 3
#define ZYGOTE_BELL 4
#define ZYGOTE_LOOP_BELL 5
#define END_PATIENCE_MS 3000

/* ---- its arguments -------------------------------------------------------------------------- */

enum { ARGUMENTS_MAX = 24 };

typedef struct arguments {
    char *argv[ARGUMENTS_MAX + 1];
    uint32_t n;
    int failed;
} arguments;

static void
add(arguments *self, const char *name, const char *value)
{
    char *text = NULL;

    if (value == NULL || value[0] == '\0') {
        return;
    }
    if (self->n == ARGUMENTS_MAX || asprintf(&text, "--%s=%s", name, value) < 0) {
        self->failed = 1;
        return;
    }
    self->argv[self->n++] = text;
}

static void
add_number(arguments *self, const execz_base *base, const char *option, const char *name)
{
    char text[24];
    int64_t value;

    if (base->host->option_i64(base->host, option, &value) == EXECZ_OK) {
        (void)snprintf(text, sizeof text, "%" PRId64, value);
        add(self, name, text);
    }
}

static const char *
function_path(const execz_host *host)
{
#ifdef EXECZ_EXTENSION_PATHS
    const execz_paths_ext *paths =
        (const execz_paths_ext *)host->extension(host, EXECZ_EXTENSION_PATHS);

    return paths == NULL ? NULL : paths->function_path(host);
#else
    (void)host;
    return NULL;
#endif
}

static void
collect_arguments(const pool *self, arguments *into)
{
    const execz_base *base = self->base;
    const execz_host *host = self->host;

    into->argv[into->n++] = strdup("execz-worker");
    into->argv[into->n++] = strdup("--zygote");
    add(into, "executor", base->alias);
    add(into, "function-path", function_path(host));
    add(into, "preload", host->option(host, "preload"));
    add(into, "initializer", host->option(host, "initializer"));
    add_number(into, base, "rlimit_as", "rlimit-as");
    add_number(into, base, "rlimit_core", "rlimit-core");
    add_number(into, base, "rlimit_cpu", "rlimit-cpu");
    add_number(into, base, "rlimit_nofile", "rlimit-nofile");
    add_number(into, base, "nice", "nice");
    into->failed |= into->argv[0] == NULL || into->argv[1] == NULL;
}

static void
free_arguments(arguments *self)
{
    for (uint32_t i = 0; i < self->n; i++) {
        free(self->argv[i]);
    }
}

/* ---- spawning ------------------------------------------------------------------------------- */

/* What it inherits beside 0 (nothing), 1 and 2 (ours): ZYGOTE_SOCKET and what follows. */
enum { INHERITED = 3 };

/* It leads a session of its own, so that the terminal's signals reach us alone. */
static int
prepare(posix_spawn_file_actions_t *files, posix_spawnattr_t *attributes, const int *inherited)
{
    short flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    sigset_t none, all;
    int error;

    sigemptyset(&none);
    sigfillset(&all);
    error = posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0);
    for (int i = 0; i < INHERITED && error == 0; i++) {
        error = posix_spawn_file_actions_adddup2(files, inherited[i], ZYGOTE_SOCKET + i);
    }
    error = error ? error : posix_spawn_file_actions_addclosefrom_np(files, ZYGOTE_LOOP_BELL + 1);
    error = error ? error : posix_spawnattr_setsigmask(attributes, &none);
    error = error ? error : posix_spawnattr_setsigdefault(attributes, &all);
    return error ? error : posix_spawnattr_setflags(attributes, flags);
}

static int
spawn(pool *self, char *const *argv, const int *inherited)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&files);

    if (error != 0) {
        return error;
    }
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        error = prepare(&files, &attributes, inherited);
        error = error ? error
                      : posix_spawn(&self->zygote_pid, self->settings.program, &files, &attributes,
                                    argv, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&files);
    return error;
}

/* The child's ends under numbers that do not collide with those it will have. */
static int
spawn_with(pool *self, char *const *argv, int end)
{
    const int ours[INHERITED] = {end, self->bell, self->loop_bell};
    int inherited[INHERITED];
    int error = 0, n;

    for (n = 0; n < INHERITED && error == 0; n++) {
        inherited[n] = fcntl(ours[n], F_DUPFD_CLOEXEC, ZYGOTE_LOOP_BELL + 1);
        error = inherited[n] < 0 ? errno : 0;
    }
    if (error == 0) {
        error = spawn(self, argv, inherited);
    }
    while (n-- > 0) {
        if (inherited[n] >= 0) {
            close(inherited[n]);
        }
    }
    return error;
}

execz_status
zygote_start(pool *self, execz_error *err)
{
    arguments list = {.n = 0};
    int ends[2] = {-1, -1};
    int error = ENOMEM;

    collect_arguments(self, &list);
    if (!list.failed) {
        error = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0
                    ? errno
                    : spawn_with(self, list.argv, ends[1]);
    }
    free_arguments(&list);
    if (ends[1] >= 0) {
        close(ends[1]);
    }
    if (error != 0) {
        if (ends[0] >= 0) {
            close(ends[0]);
        }
        return execz_error_set(err, EXECZ_E_IO,
                               "cannot run %s: %s; it is installed with the plugin, and option "
                               "'worker' names another place",
                               self->settings.program, strerror(error));
    }
    self->zygote_socket = ends[0];
    (void)supervisor_watch(self, self->zygote_socket, TAG_ZYGOTE);
    self->zygote_pidfd = pidfd_open(self->zygote_pid, 0);
    self->zygote_ready = 0;
    return EXECZ_OK;
}

void
zygote_end(pool *self, int *status_out)
{
    struct pollfd end = {.fd = self->zygote_pidfd, .events = POLLIN};
    siginfo_t facts = {.si_pid = 0};
    int result;

    close(self->zygote_socket); /* which tells it to end */
    self->zygote_socket = -1;
    if (self->zygote_pidfd >= 0 && poll(&end, 1, END_PATIENCE_MS) <= 0) {
        (void)pidfd_send_signal(self->zygote_pidfd, SIGKILL, NULL, 0);
    }
    do {
        result = self->zygote_pidfd >= 0
                     ? waitid(P_PIDFD, (id_t)self->zygote_pidfd, &facts, WEXITED)
                     : waitid(P_PID, (id_t)self->zygote_pid, &facts, WEXITED);
    } while (result != 0 && errno == EINTR);
    *status_out = result != 0                   ? 0
                  : facts.si_code == CLD_EXITED ? W_EXITCODE(facts.si_status, 0)
                                                : W_EXITCODE(0, facts.si_status);
    if (self->zygote_pidfd >= 0) {
        close(self->zygote_pidfd);
        self->zygote_pidfd = -1;
    }
}
