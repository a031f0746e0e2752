/* SPDX-License-Identifier: MIT */
/* One run of a command.
 *
 * The process leads a session and a process group of its own.  A run passes through two phases:
 *
 *   running   until the process has ended; or the waiter says -ECANCELED or -ETIMEDOUT, then
 *   stopping  TERM to the whole tree, KILL to what is left of it when the grace is over
 *
 * A process that could not become the program ends at once, and tells why; so nobody waits for that.
 * The end of the process ends the run, though a grandchild may keep the pipe open: what is in it is
 * taken, then it is closed.  While stopping, the rest of the tree gets what is left of the grace.
 *
 * Nothing is reaped before the tree has got its last signal: until then the kernel gives the
 * process's number to nobody else.  SIGCHLD and wait(-1) belong to the program around us and are
 * not touched. */
#include "function/command.h"

#include "base/error.h"
#include "function/ending.h"
#include "function/environment.h"
#include "function/hunt.h"
#include "function/spawn.h"
#include "function/watch.h"
#include "task/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Reads in one go, more than a pipe holds; a writer without end must not keep us from the clock. */
#define READS_MAX 16

typedef struct command {
    const ez_body *body;
    ez_watch watch; /* of pidfd, pipe, and whatever is waited for while stopping */
    ez_environment environment;
    ez_output output;
    ez_process process;
    ez_tree tree;
    int pipe;   /* read end; -1: not open */
    bool ended; /* not reaped yet */
    ez_ending ending;
    /* First the child's stack; once it is the program, and nobody else writes to the pipe, what was
     * read.  It lies on a stack itself, which may be a coroutine's. */
    _Alignas(16) char room[EZ_SPAWN_STACK];
} command;

static void
close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

/* ---- start ---- */

/* Moves *fd out of 0, 1 and 2, where a program that has closed those would get it. */
static bool
raise_fd(int *fd)
{
    int low = *fd;

    if (low < 3) {
        *fd = fcntl(low, F_DUPFD_CLOEXEC, 3);
        close(low);
    }
    return *fd >= 0;
}

static execz_status
open_pipe(command *self, int *write_end_out, execz_error *err)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0) {
        return ez_fail(err, EXECZ_E_IO, "cannot open a pipe for the command's output: %s",
                       g_strerror(errno));
    }
    self->pipe = ends[0];
    *write_end_out = ends[1];
    if (!raise_fd(write_end_out) || !raise_fd(&self->pipe) ||
        fcntl(self->pipe, F_SETFL, O_NONBLOCK) != 0) {
        return ez_fail(err, EXECZ_E_IO, "cannot prepare the pipe for the command's output: %s",
                       g_strerror(errno));
    }
    return EXECZ_OK;
}

/* What has started but cannot be watched is ended at once. */
static execz_status
abandon(command *self, int error, execz_error *err)
{
    ez_hunt_signal_group(&self->tree, SIGKILL);
    while (waitid(P_PIDFD, (id_t)self->process.pidfd, &(siginfo_t){0}, WEXITED) != 0 &&
           errno == EINTR) {
    }
    return ez_fail(err, EXECZ_E_IO, "cannot watch the command's process, so it was killed: %s",
                   g_strerror(error));
}

static execz_status
launch(command *self, int write_end, execz_error *err)
{
    execz_status status = ez_environment_init(&self->environment, self->body, err);

    if (status == EXECZ_OK) {
        self->tree.began = ez_census_now();
        status = ez_spawn_start(&self->process, self->body, &self->environment, write_end,
                                self->room, err);
    }
    if (status == EXECZ_OK) {
        self->tree.pid = self->process.pid;
        self->tree.pidfd = self->process.pidfd;
        self->tree.mark = self->environment.mark;
    }
    return status;
}

static execz_status
start(command *self, execz_error *err)
{
    int write_end = -1;
    int error = ez_watch_init(&self->watch, self->body);
    execz_status status = EXECZ_OK;

    if (error != 0) {
        return ez_fail(err, EXECZ_E_IO, "cannot watch a command: %s", g_strerror(error));
    }
    status = open_pipe(self, &write_end, err);
    if (status == EXECZ_OK) {
        status = launch(self, write_end, err);
    }
    close_fd(&write_end);
    if (status != EXECZ_OK) {
        return status;
    }
    error = ez_watch_add(&self->watch, self->process.pidfd);
    if (error == 0) {
        error = ez_watch_add(&self->watch, self->pipe);
    }
    return error == 0 ? EXECZ_OK : abandon(self, error, err);
}

/* ---- events ---- */

/* Takes what is in the pipe; closes it when nobody holds its other end any more. */
static void
take_output(command *self)
{
    for (int reads = 0; self->pipe >= 0 && reads < READS_MAX; reads++) {
        ssize_t length = read(self->pipe, self->room, sizeof self->room);

        if (length > 0) {
            ez_output_add(&self->output, self->room, (size_t)length);
        } else if (length < 0 && errno == EAGAIN) {
            return;
        } else if (length == 0 || errno != EINTR) {
            ez_watch_remove(&self->watch, self->pipe);
            close_fd(&self->pipe);
        }
    }
}

/* Looks what has happened, without waiting. */
static void
look(command *self)
{
    struct pollfd end = {.fd = self->process.pidfd, .events = POLLIN};

    if (!self->ended && poll(&end, 1, 0) > 0) {
        self->ended = true;
        ez_watch_remove(&self->watch, self->process.pidfd);
    }
    take_output(self);
}

/* ---- running ---- */

static void
wait_for_end(command *self)
{
    while (!self->ended && self->ending.reason == 0) {
        int32_t result = ez_watch_wait(&self->watch);

        look(self); /* an end that was there before the deadline counts, though we come late */
        if (result < 0 && !self->ended) {
            self->ending.reason = result;
        }
    }
}

/* ---- stopping ---- */

static void
wait_until(command *self, int64_t deadline)
{
    ez_watch_wait_stopping(&self->watch, deadline);
    look(self);
}

/* Waits until fd is readable or the deadline has passed, and takes output meanwhile. */
static void
wait_for_fd(command *self, int fd, int64_t deadline)
{
    struct pollfd it = {.fd = fd, .events = POLLIN};

    if (ez_watch_add(&self->watch, fd) != 0) {
        (void)ez_waiter_poll(fd, POLLIN, NULL, deadline);
        return;
    }
    while (poll(&it, 1, 0) == 0 && ez_waiter_now() < deadline) {
        wait_until(self, deadline);
    }
    ez_watch_remove(&self->watch, fd);
}

/* Returns when the whole tree has been found and signalled. */
static void
hunt(command *self, ez_hunt *hunt, int signal_number)
{
    ez_hunt_start(hunt, &self->tree, signal_number);
    while (!ez_hunt_is_done(hunt)) {
        if (hunt->done_fd >= 0) {
            wait_for_fd(self, hunt->done_fd, EXECZ_NO_DEADLINE);
        } else {
            (void)poll(NULL, 0, 1); /* no descriptor left to wait on */
        }
    }
    if (hunt->error != NULL && self->ending.unsearched == NULL) {
        self->ending.unsearched = g_strdup(hunt->error);
    }
}

/* Whether anybody of the tree is left after the end of the command.  Waits for the end of one of
 * them, as long as the grace lasts. */
static bool
wait_for_tree(command *self, int64_t deadline)
{
    ez_hunt looking;
    bool left;

    hunt(self, &looking, 0);
    left = looking.error != NULL ? self->pipe >= 0 : looking.left > 0;
    if (left && looking.one_left >= 0) {
        wait_for_fd(self, looking.one_left, deadline);
    } else if (left) {
        wait_until(self, deadline);
    }
    ez_hunt_deinit(&looking);
    return left;
}

static void
terminate(command *self)
{
    ez_hunt calling;

    ez_hunt_signal_group(&self->tree, SIGTERM);
    ez_hunt_signal_group(&self->tree, SIGCONT); /* a stopped process does not see TERM */
    if (self->body->task->kill_grace > 0) {
        hunt(self, &calling, SIGTERM);
        ez_hunt_deinit(&calling);
    }
}

static void
slay(command *self)
{
    ez_hunt killing;

    self->ending.killed = !self->ended;
    hunt(self, &killing, SIGKILL);
    self->ending.n_killed = killing.killed;
    self->ending.n_refused = killing.left;
    ez_hunt_deinit(&killing);
}

static void
stop(command *self)
{
    int64_t grace_end = ez_waiter_after(MAX(0, self->body->task->kill_grace));
    struct stat facts;
    bool left = true;

    if (self->pipe >= 0 && fstat(self->pipe, &facts) == 0) {
        self->tree.pipe = facts.st_ino;
    }
    ez_hunt_remember();
    terminate(self);
    while (!self->ended && ez_waiter_now() < grace_end) {
        wait_until(self, grace_end);
    }
    while (left && self->ended && ez_waiter_now() < grace_end) {
        left = wait_for_tree(self, grace_end);
    }
    if (left) {
        slay(self);
    }
    ez_hunt_forget();
    while (!self->ended) {
        wait_until(self, EXECZ_NO_DEADLINE);
    }
}

/* ---- the whole ---- */

static void
run(command *self, ez_outcome *outcome)
{
    execz_error err = EXECZ_ERROR_INIT;

    wait_for_end(self);
    if (self->ending.reason != 0) {
        stop(self);
    }
    take_output(self);
    ez_ending_reap(&self->ending, self->body->task, self->process.pidfd, outcome);
    if (ez_spawn_check(&self->process, self->body, &self->environment, &err) != EXECZ_OK) {
        outcome->exit_status = -1;
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "%s", err.message);
    }
    outcome->measured = 1;
    outcome->output_dropped = self->output.dropped;
    outcome->output = ez_output_take(&self->output, &outcome->output_length);
}

void
ez_command_run(const ez_body *body, ez_outcome *outcome)
{
    execz_error err = EXECZ_ERROR_INIT;
    command self;

    memset(&self, 0, offsetof(command, room));
    self.body = body;
    self.watch.epoll = self.pipe = self.process.pidfd = -1;
    ez_output_init(&self.output, body->task->output_limit);
    outcome->exit_status = -1;
    if (start(&self, &err) == EXECZ_OK) {
        run(&self, outcome);
    } else {
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "%s", err.message);
    }
    ez_output_deinit(&self.output);
    ez_environment_deinit(&self.environment);
    ez_watch_deinit(&self.watch);
    close_fd(&self.pipe);
    ez_spawn_deinit(&self.process);
    g_free(self.ending.unsearched);
}
