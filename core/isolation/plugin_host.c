/* SPDX-License-Identifier: MIT */
#include "isolation/plugin_host.h"

#include "base/error.h"
#include "function/environment.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "execz-plugin-host"

void
ez_plugin_host_init(ez_plugin_host *self)
{
    *self = (ez_plugin_host){.pidfd = -1, .socket = -1};
}

/* ---- start ----------------------------------------------------------------------------------- */

/* Our environment with a mark behind ours; *mark_out is owned by the caller. */
static char **
make_environment(char **mark_out)
{
    const char *outer = g_getenv(EZ_MARK_NAME);
    uint64_t number = 0;

    if (getrandom(&number, sizeof number, 0) != sizeof number) {
        return NULL;
    }
    *mark_out = g_strdup_printf("%s%sh%016" PRIx64, outer != NULL ? outer : "",
                                outer != NULL ? "/" : "", number);
    return g_environ_setenv(g_get_environ(), EZ_MARK_NAME, *mark_out, TRUE);
}

/* What it finds from EZ_PLUGIN_HOST_SOCKET on: socket, image and begun. */
enum { N_FDS = 3 };

/* fds are out of the way of what they become. */
static int
arrange_files(posix_spawn_file_actions_t *files, const int fds[N_FDS])
{
    int error = posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0);

    for (int i = 0; i < N_FDS && error == 0; i++) {
        error = posix_spawn_file_actions_adddup2(files, fds[i], EZ_PLUGIN_HOST_SOCKET + i);
    }
    return error != 0 ? error
                      : posix_spawn_file_actions_addclosefrom_np(files, EZ_PLUGIN_HOST_BEGUN + 1);
}

static void
arrange_signals(posix_spawnattr_t *attributes)
{
    sigset_t all, none;

    sigemptyset(&none);
    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    (void)posix_spawnattr_setsigmask(attributes, &none);
    (void)posix_spawnattr_setsigdefault(attributes, &all);
    (void)posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                   POSIX_SPAWN_SETSID);
}

/* 0 or an errno. */
static int
spawn(ez_plugin_host *self, const char *program, const char *alias, const int fds[N_FDS])
{
    char *argv[] = {(char *)PROGRAM, (char *)alias, NULL};
    g_auto(GStrv) environment = make_environment(&self->mark);
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    int error = environment == NULL ? errno : 0;

    (void)posix_spawn_file_actions_init(&files);
    (void)posix_spawnattr_init(&attributes);
    arrange_signals(&attributes);
    error = error != 0 ? error : arrange_files(&files, fds);
    self->began = ez_census_now();
    if (error == 0) {
        error = posix_spawn(&self->pid, program, &files, &attributes, argv, environment);
    }
    (void)posix_spawn_file_actions_destroy(&files);
    (void)posix_spawnattr_destroy(&attributes);
    if (error != 0) {
        self->pid = 0;
        return error;
    }
    self->pidfd = pidfd_open(self->pid, 0);
    return self->pidfd < 0 ? errno : 0;
}

static void
close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

/* A duplicate out of the way of all that the new process finds; -1 and errno. */
static int
raise_fd(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, EZ_PLUGIN_HOST_BEGUN + 1);
}

execz_status
ez_plugin_host_start(ez_plugin_host *self, const char *program, const char *alias, int image,
                     int begun, execz_error *err)
{
    int ends[2] = {-1, -1}, fds[N_FDS] = {-1, -1, -1};
    int error = 0;

    ez_plugin_host_init(self);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0 ||
        (fds[0] = raise_fd(ends[1])) < 0 || (fds[1] = raise_fd(image)) < 0 ||
        (fds[2] = raise_fd(begun)) < 0) {
        error = errno;
    }
    close_fd(&ends[1]);
    self->socket = ends[0];
    error = error != 0 ? error : spawn(self, program, alias, fds);
    for (int i = 0; i < N_FDS; i++) {
        close_fd(&fds[i]);
    }
    if (error == 0) {
        return EXECZ_OK;
    }
    g_free(ez_plugin_host_reap(self));
    return ez_fail(err, EXECZ_E_IO, "cannot start the plugin host %s: %s%s", program,
                   g_strerror(error), error == ENOENT ? "; it is installed with libexecz" : "");
}

/* ---- end ------------------------------------------------------------------------------------- */

bool
ez_plugin_host_await(const ez_plugin_host *self, int timeout_ms)
{
    struct pollfd end = {.fd = self->pidfd, .events = POLLIN};

    return poll(&end, 1, timeout_ms) == 1;
}

bool
ez_plugin_host_is_dead(const ez_plugin_host *self)
{
    return self->pid != 0 && ez_plugin_host_await(self, 0);
}

void
ez_plugin_host_kill(const ez_plugin_host *self)
{
    if (self->pidfd >= 0) {
        (void)pidfd_send_signal(self->pidfd, SIGKILL, NULL, 0);
    }
}

int
ez_plugin_host_sweep(ez_plugin_host *self)
{
    ez_tree tree = {
        .pid = self->pid, .pidfd = self->pidfd, .began = self->began, .mark = self->mark};

    ez_hunt_start(&self->hunt, &tree, SIGKILL);
    return self->hunt.done_fd;
}

static char *
describe(const siginfo_t *end)
{
    switch (end->si_code) {
    case CLD_EXITED:
        return g_strdup_printf("exited with status %d", end->si_status);
    case CLD_KILLED:
    case CLD_DUMPED:
        return g_strdup_printf("was killed by signal %d (%s)", end->si_status,
                               g_strsignal(end->si_status));
    default: /* somebody else has reaped it */
        return g_strdup("has ended, nobody knows how");
    }
}

char *
ez_plugin_host_reap(ez_plugin_host *self)
{
    siginfo_t end = {0};

    if (self->hunt.seen != NULL) {
        ez_hunt_deinit(&self->hunt);
    }
    if (self->pid != 0) {
        ez_plugin_host_kill(self);
        while (waitid(self->pidfd >= 0 ? P_PIDFD : P_PID,
                      (id_t)(self->pidfd >= 0 ? self->pidfd : self->pid), &end, WEXITED) != 0 &&
               errno == EINTR) {
        }
    }
    close_fd(&self->pidfd);
    close_fd(&self->socket);
    g_free(self->mark);
    ez_plugin_host_init(self);
    return describe(&end);
}
