/* SPDX-License-Identifier: MIT */
/* One run of a command.
 *
 * The process leads a session and a process group of its own.  Its pipe and its pidfd sit in one
 * epoll set, so that a single wait_fd() of whatever waiter the executor has sees both: output and
 * end.  A run passes through two phases:
 *
 *   running   until the process has ended; or the waiter says -ECANCELED or -ETIMEDOUT, then
 *   stopping  TERM to the group, KILL when the grace is over
 *
 * The end of the process ends the run, though a grandchild may keep the pipe open: what is in it is
 * taken, then it is closed.  While stopping, an open pipe tells that some of the group still live,
 * and they get what is left of the grace.
 *
 * Nothing is reaped before the group has got its last signal: until then the kernel gives its
 * number to nobody else.  SIGCHLD and wait(-1) belong to the program around us and are not touched.
 * */
#include "function/command.h"

#include "base/error.h"
#include "base/parse.h"
#include "function/spawn.h"
#include "function/waiter.h"
#include "task/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_LENGTH 8192 /* on the stack, which may be a coroutine's */
/* Reads in one go, more than a pipe holds; a writer without end must not keep us from the clock. */
#define READS_MAX 16

typedef struct command {
    const ez_body *body;
    ez_waiter waiter;
    ez_output output;
    pid_t pid;
    int pidfd;      /* these three -1: not open */
    int pipe;       /* read end */
    int epoll;      /* of pidfd, and of pipe while that is open */
    bool ended;     /* not reaped yet */
    int32_t reason; /* why it was stopped: a negative errno; 0: it was not */
    bool killed;
} command;

static void
close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

static int
watch(const command *self, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    return epoll_ctl(self->epoll, EPOLL_CTL_ADD, fd, &event);
}

/* ---- start ---- */

static execz_status
open_channels(command *self, int *write_end_out, execz_error *err)
{
    int ends[2];

    self->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (self->epoll < 0 || pipe2(ends, O_CLOEXEC) != 0) {
        return ez_fail(err, EXECZ_E_IO, "cannot open a pipe for the command's output: %s",
                       g_strerror(errno));
    }
    self->pipe = ends[0];
    *write_end_out = ends[1];
    if (fcntl(self->pipe, F_SETFL, O_NONBLOCK) != 0 || watch(self, self->pipe) != 0) {
        return ez_fail(err, EXECZ_E_IO, "cannot watch the command's output: %s", g_strerror(errno));
    }
    return EXECZ_OK;
}

/* What has started but cannot be watched is ended at once. */
static execz_status
abandon(command *self, execz_error *err)
{
    int error = errno;

    kill(-self->pid, SIGKILL);
    while (waitid(P_PID, (id_t)self->pid, &(siginfo_t){0}, WEXITED) != 0 && errno == EINTR) {
    }
    return ez_fail(err, EXECZ_E_IO, "cannot watch the command's process, so it was killed: %s",
                   g_strerror(error));
}

static execz_status
start(command *self, execz_error *err)
{
    int write_end = -1;
    execz_status status = open_channels(self, &write_end, err);

    if (status == EXECZ_OK) {
        status = ez_spawn_command(self->body, write_end, &self->pid, err);
    }
    close_fd(&write_end);
    if (status != EXECZ_OK) {
        return status;
    }
    self->pidfd = pidfd_open(self->pid, 0);
    if (self->pidfd < 0 && errno == ESRCH) {
        self->ended = true; /* and reaped by another: its number may be somebody else's by now */
        return EXECZ_OK;
    }
    return self->pidfd >= 0 && watch(self, self->pidfd) == 0 ? EXECZ_OK : abandon(self, err);
}

/* ---- events ---- */

/* Takes what is in the pipe; closes it when nobody holds its other end any more. */
static void
take_output(command *self)
{
    char bytes[READ_LENGTH];

    for (int reads = 0; self->pipe >= 0 && reads < READS_MAX; reads++) {
        ssize_t length = read(self->pipe, bytes, sizeof bytes);

        if (length > 0) {
            ez_output_add(&self->output, bytes, (size_t)length);
        } else if (length < 0 && errno == EAGAIN) {
            return;
        } else if (length == 0 || errno != EINTR) {
            (void)epoll_ctl(self->epoll, EPOLL_CTL_DEL, self->pipe, NULL);
            close_fd(&self->pipe);
        }
    }
}

/* Looks what has happened, without waiting. */
static void
look(command *self)
{
    struct epoll_event events[2];
    int n = epoll_wait(self->epoll, events, 2, 0);

    for (int i = 0; i < n; i++) {
        if (events[i].data.fd == self->pidfd) {
            self->ended = true;
            (void)epoll_ctl(self->epoll, EPOLL_CTL_DEL, self->pidfd, NULL);
        }
    }
    take_output(self);
}

/* ---- running ---- */

static void
wait_for_end(command *self)
{
    const execz_waiter *waiter = &self->waiter.table;

    while (!self->ended && self->reason == 0) {
        int32_t result = waiter->wait_fd(waiter->self, self->epoll, POLLIN, -1);

        look(self); /* an end that was there before the deadline counts, though we come late */
        if (result < 0 && !self->ended) {
            self->reason = result;
        }
    }
}

/* ---- stopping ---- */

typedef struct patience {
    int fd;
    int64_t deadline;
} patience;

static int32_t
poll_offloaded(void *argument)
{
    const patience *self = argument;

    return ez_waiter_poll(self->fd, POLLIN, NULL, self->deadline);
}

/* Waits for the next event until deadline, now that the run itself is told to stop.  An executor's
 * waiter may refuse to wait for a run in this state; then a helper thread waits, and if that is
 * refused too, this one: the promised grace is worth more than this thread's time. */
static void
wait_on(command *self, int64_t deadline)
{
    const execz_waiter *inner = self->body->waiter;
    patience waiting = {self->epoll, deadline};
    int32_t result = -ECANCELED;

    if (inner != NULL) {
        int64_t left = deadline == EXECZ_NO_DEADLINE ? -1 : MAX(0, deadline - ez_waiter_now());

        result = inner->wait_fd(inner->self, self->epoll, POLLIN, left);
        if (result < 0 && ez_waiter_now() < deadline) {
            result = inner->offload(inner->self, poll_offloaded, &waiting);
        }
    }
    if (result < 0 && ez_waiter_now() < deadline) {
        (void)poll_offloaded(&waiting);
    }
}

/* Whether the ended process has not been reaped by the program around us, so that its number, and
 * that of its group, is still its own. */
static bool
unreaped(const command *self)
{
    siginfo_t end;

    return waitid(P_PIDFD, (id_t)self->pidfd, &end, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static void
stop(command *self)
{
    int64_t grace_end = ez_waiter_after(MAX(0, self->body->task->kill_grace));

    kill(-self->pid, SIGTERM);
    kill(-self->pid, SIGCONT); /* a stopped process does not see TERM */
    while ((!self->ended || self->pipe >= 0) && ez_waiter_now() < grace_end) {
        wait_on(self, grace_end);
        look(self);
    }
    self->killed = !self->ended;
    if (unreaped(self)) {
        kill(-self->pid, SIGKILL);
    }
    while (!self->ended) {
        wait_on(self, EXECZ_NO_DEADLINE);
        look(self);
    }
}

/* ---- outcome ---- */

static void
set_stopped(const command *self, ez_outcome *outcome)
{
    const execz_task *task = self->body->task;
    g_autofree char *timeout = ez_format_duration(MAX(0, task->timeout));
    g_autofree char *grace = ez_format_duration(MAX(0, task->kill_grace));
    g_autofree char *killed =
        self->killed
            ? g_strdup_printf("; it was killed, for it did not end within %s of TERM", grace)
            : g_strdup("");

    if (self->reason == -ETIMEDOUT && task->timeout > 0) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_TIMEOUT, "timed out after %s%s", timeout, killed);
    } else if (self->reason == -ETIMEDOUT) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_TIMEOUT, "timed out%s", killed);
    } else if (self->reason == -ECANCELED) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_CANCELLED, "cancelled%s", killed);
    } else {
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "cannot wait for the command: %s%s",
                       g_strerror(-self->reason), killed);
    }
}

static void
set_ended(const siginfo_t *end, ez_outcome *outcome)
{
    const char *description;

    if (end->si_code == CLD_EXITED && end->si_status == 0) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_OK, NULL);
    } else if (end->si_code == CLD_EXITED) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "exited with status %d", end->si_status);
    } else {
        description = sigdescr_np(end->si_status);
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "killed by signal %d (%s)", end->si_status,
                       description != NULL ? description : "real-time signal");
    }
}

/* Reaps the process and says how it ended. */
static void
reap(command *self, ez_outcome *outcome)
{
    siginfo_t end = {0};
    int result;

    do {
        result = waitid(P_PIDFD, (id_t)self->pidfd, &end, WEXITED);
    } while (result != 0 && errno == EINTR);
    if (result == 0 && end.si_code == CLD_EXITED) {
        outcome->exit_status = end.si_status;
    } else if (result == 0) {
        outcome->signal = end.si_status;
    }
    if (self->reason != 0) {
        set_stopped(self, outcome);
    } else if (result == 0) {
        set_ended(&end, outcome);
    } else {
        ez_outcome_set(outcome, EXECZ_OUTCOME_LOST,
                       "how it ended is not known: this program ignores SIGCHLD, or waits for any "
                       "child and took the exit status");
    }
}

void
ez_command_run(const ez_body *body, ez_outcome *outcome)
{
    command self = {.body = body, .pidfd = -1, .pipe = -1, .epoll = -1};
    execz_error err = EXECZ_ERROR_INIT;

    ez_waiter_init(&self.waiter, body->waiter, body->interrupt, body->deadline_monotonic);
    ez_output_init(&self.output, body->task->output_limit);
    outcome->exit_status = -1;
    if (start(&self, &err) == EXECZ_OK) {
        wait_for_end(&self);
        if (self.reason != 0) {
            stop(&self);
        }
        take_output(&self);
        reap(&self, outcome);
        outcome->output_dropped = self.output.dropped;
        outcome->output = ez_output_take(&self.output, &outcome->output_length);
    } else {
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "%s", err.message);
    }
    ez_output_deinit(&self.output);
    close_fd(&self.pipe);
    close_fd(&self.pidfd);
    close_fd(&self.epoll);
}
