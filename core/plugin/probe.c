/* SPDX-License-Identifier: MIT */
#include "plugin/probe.h"

#include "base/clock.h"
#include "base/error.h"
#include "plugin/builtin_dir.h"
#include "plugin/codes.h"

#include <glib.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* A process that loads one file, and writes to a pipe why it cannot. */
typedef struct probe {
    pid_t pid;
    int pidfd;
    int said; /* the end of the pipe to read from */
} probe;

static int
spawn(probe *self, const char *program, const char *path, int out)
{
    char *argv[] = {(char *)"execz-plugin-host", (char *)"--probe", (char *)path, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    int error;

    sigemptyset(&none);
    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setsigdefault(&attributes, &all);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                    POSIX_SPAWN_SETSID);
    (void)posix_spawn_file_actions_init(&files);
    (void)posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&files, out, 1);
    (void)posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    (void)posix_spawn_file_actions_addclosefrom_np(&files, 3);
    error = posix_spawn(&self->pid, program, &files, &attributes, argv, environ);
    (void)posix_spawn_file_actions_destroy(&files);
    (void)posix_spawnattr_destroy(&attributes);
    if (error == 0) {
        self->pidfd = pidfd_open(self->pid, 0);
    }
    return error;
}

/* Waits for its end; EXECZ_OK if it came in time. */
static execz_status
await(const probe *self, int stop_fd)
{
    int64_t end = ez_clock_monotonic(ez_clock_system()) + EZ_PROBE_PATIENCE;
    struct pollfd fds[] = {{.fd = self->pidfd, .events = POLLIN},
                           {.fd = stop_fd, .events = POLLIN}};

    for (;;) {
        int64_t left = end - ez_clock_monotonic(ez_clock_system());

        if (left <= 0) {
            return EXECZ_E_TIMEOUT;
        }
        (void)poll(fds, 2, (int)(left / EXECZ_MILLISECOND) + 1);
        if (fds[0].revents != 0) {
            return EXECZ_OK;
        }
        if (fds[1].revents != 0) {
            return EXECZ_E_CANCELLED;
        }
    }
}

/* How it ended may be unknown, if somebody else waits for all children of this process. */
static execz_status
judge(const probe *self, const char *path, const siginfo_t *end, execz_error *err)
{
    char text[400];
    ssize_t length = read(self->said, text, sizeof text - 1);

    text[MAX(0, length)] = '\0';
    if (end->si_code == CLD_KILLED || end->si_code == CLD_DUMPED) {
        return ez_plugin_fail(err, EZ_P_START,
                              "%s: a process that loaded it was killed by signal %d (%s)", path,
                              end->si_status, g_strsignal(end->si_status));
    }
    if (g_str_has_suffix(text, EZ_PROBE_LOADED)) {
        return EXECZ_OK;
    }
    if (end->si_status == 1 && text[0] != '\0') {
        return ez_fail(err, EXECZ_E_PLUGIN, "%s", text);
    }
    return ez_plugin_fail(err, EZ_P_START,
                          "%s: a process that loaded it exited with status %d before it had", path,
                          end->si_status);
}

/* Waits, kills it if need be, and buries it. */
static execz_status
finish(probe *self, const char *path, int stop_fd, execz_error *err)
{
    execz_status status = await(self, stop_fd);
    siginfo_t end = {0};

    if (status != EXECZ_OK) {
        (void)kill(self->pid, SIGKILL);
    }
    while (waitid(P_PID, (id_t)self->pid, &end, WEXITED) != 0 && errno == EINTR) {
    }
    if (status == EXECZ_E_TIMEOUT) {
        return ez_plugin_fail(err, EZ_P_START, "%s: a process that loads it is not done after 10 s",
                              path);
    }
    return status == EXECZ_OK ? judge(self, path, &end, err)
                              : ez_fail(err, status, "%s was not looked at to the end", path);
}

execz_status
ez_plugin_probe(const char *program, const char *path, int stop_fd, execz_error *err)
{
    g_autofree char *own = program != NULL ? g_strdup(program) : ez_plugin_host_path();
    probe self = {.pid = 0, .pidfd = -1, .said = -1};
    int ends[2] = {-1, -1};
    int error = own == NULL ? ENOENT : 0;
    execz_status status;

    if (error == 0 && pipe2(ends, O_CLOEXEC) != 0) {
        error = errno;
    }
    self.said = ends[0];
    error = error != 0 ? error : spawn(&self, own, path, ends[1]);
    if (ends[1] >= 0) {
        close(ends[1]);
    }
    status = error != 0 ? ez_fail(err, EXECZ_E_IO, "cannot start %s: %s",
                                  own == NULL ? "execz-plugin-host" : own, g_strerror(error))
                        : finish(&self, path, stop_fd, err);
    if (self.pidfd >= 0) {
        close(self.pidfd);
    }
    if (self.said >= 0) {
        close(self.said);
    }
    return status;
}
