/* SPDX-License-Identifier: MIT */
#include "processes.h"

#include "function/environment.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static void
become(process_kind kind, int output_fd)
{
    g_autofree char *mark = g_strdup_printf(EZ_MARK_NAME "=%s", kind.mark);
    char *const environment[] = {kind.mark != NULL ? mark : NULL, NULL};
    char *const waiting[] = {(char *)"/bin/sleep", (char *)"60", NULL};
    char *const script[] = {(char *)"/bin/sh", (char *)"-c", (char *)kind.script, NULL};
    char *const *argv = kind.script != NULL ? script : waiting;
    int null = open("/dev/null", O_RDWR);

    dup2(null, 0);
    dup2(kind.piped ? output_fd : null, 1);
    dup2(null, 2);
    if (kind.session) {
        setsid();
    }
    execve(argv[0], argv, environment);
    _exit(127);
}

/* A pipe that is closed by exec(2) tells when that has happened. */
process
process_start(process_kind kind)
{
    process self = {.read_fd = -1};
    struct stat facts;
    int output[2], begun[2];
    char byte;

    cr_assert(eq(int, pipe2(output, O_CLOEXEC), 0));
    cr_assert(eq(int, pipe2(begun, O_CLOEXEC), 0));
    cr_assert(eq(int, fstat(output[0], &facts), 0));
    self.pid = fork();
    if (self.pid == 0) {
        become(kind, output[1]);
    }
    close(output[1]);
    close(begun[1]);
    cr_assert(eq(int, (int)read(begun[0], &byte, 1), 0));
    close(begun[0]);
    self.pidfd = pidfd_open(self.pid, 0);
    self.read_fd = output[0];
    self.pipe = kind.piped ? facts.st_ino : 0;
    return self;
}

bool
process_is_dead(const process *self)
{
    struct pollfd end = {.fd = self->pidfd, .events = POLLIN};

    return poll(&end, 1, 0) == 1;
}

void
process_kill(process *self)
{
    struct pollfd end = {.fd = self->pidfd, .events = POLLIN};

    kill(self->pid, SIGKILL);
    cr_assert(eq(int, poll(&end, 1, 60000), 1));
}

void
process_end(process *self)
{
    process_kill(self);
    cr_assert(eq(int, waitpid(self->pid, NULL, 0), self->pid));
    close(self->pidfd);
    close(self->read_fd);
}
