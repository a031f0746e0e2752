/* SPDX-License-Identifier: MIT */
/* The child shares our memory until it has become the program (CLONE_VM | CLONE_VFORK), so a start
 * costs the same in a process of 4 MiB and in one of 4 GiB; fork(2) copies page tables, 20 us per
 * MiB.  Meanwhile the calling thread stands still and all others go on, hence the rules for what is
 * under "the child":
 *
 *   - It makes system calls and writes into its `plan`, nothing else: no lock, no allocation, no
 *     libc function that keeps state (that state would be ours).  Sanitizers must not look at it,
 *     for they would take it for the thread that stands still.
 *   - All signals are blocked from before the clone until our handlers are out of its way.
 *
 * Not posix_spawn(3), which does the same: it cannot tell which step failed, so that directories
 * and programs have to be looked at beforehand (slower, and a race), and its result is a number
 * that somebody else's wait(-1) may already have set free.  Here the descriptor of the process
 * comes with the process. */
#include "function/spawn.h"

#include "base/error.h"
#include "function/program.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK_SIZE (32 * 1024)           /* the child needs 1 or 2, the loader's symbol look-up 4 */
#define SIGNALS_SIZE ((size_t)_NSIG / 8) /* the kernel's sigset_t, in bytes; libc's is longer */
#define NO_PROGRAM 127                   /* the exit status that shells use, too */

#if defined(__clang__)
#define UNWATCHED __attribute__((noinline, disable_sanitizer_instrumentation))
#else
#define UNWATCHED __attribute__((noinline, no_sanitize("address", "thread", "undefined")))
#endif

/* The thread sanitizer takes every clone() for a fork(), after which it refuses new threads. */
#if defined(__SANITIZE_THREAD__)
#define WATCHED_BY_THREAD_SANITIZER
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WATCHED_BY_THREAD_SANITIZER
#endif
#endif
#ifdef WATCHED_BY_THREAD_SANITIZER
extern int __clone(int (*function)(void *), void *stack, int flags, void *argument, ...);
#define clone __clone
#endif

typedef enum step { STEP_SESSION, STEP_SIGNALS, STEP_FILES, STEP_DIRECTORY, STEP_PROGRAM } step;

typedef struct plan {
    char *const *candidates;
    char *const *argv;
    char *const *environment;
    const char *cwd;
    int output_fd;

    /* Written by the child. */
    step step;
    int error; /* of that step; 0: it became the program, or was killed on the way */
} plan;

/* ---- the child ---- */

UNWATCHED static bool
reset_signals(void)
{
    /* SIG_DFL without flags and mask, in whatever order this machine has them. */
    static const uint64_t plain_action[8];
    static const uint64_t no_signals[2];

    for (int number = 1; number < _NSIG; number++) {
        (void)syscall(SYS_rt_sigaction, number, plain_action, NULL, SIGNALS_SIZE);
    }
    return syscall(SYS_rt_sigprocmask, SIG_SETMASK, no_signals, NULL, SIGNALS_SIZE) == 0;
}

UNWATCHED static bool
arrange_files(int output_fd)
{
    long null = syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY, 0);

    if (null < 0 || (null != 0 && syscall(SYS_dup3, null, 0, 0) < 0)) {
        return false;
    }
    return syscall(SYS_dup3, output_fd, 1, 0) >= 0 && syscall(SYS_dup3, output_fd, 2, 0) >= 0 &&
           syscall(SYS_close_range, 3u, ~0u, 0u) == 0;
}

/* As execvp(3): goes on to the next candidate as long as this one is just not there, and remembers
 * one that may not be executed. */
UNWATCHED static int
become_program(const plan *self)
{
    int result = ENOENT;

    for (char *const *at = self->candidates; *at != NULL; at++) {
        (void)syscall(SYS_execve, *at, self->argv, self->environment);
        if (errno == EACCES) {
            result = EACCES;
        } else if (errno != ENOENT && errno != ENOTDIR) {
            return errno;
        }
    }
    return result;
}

/* Takes all steps up to one that fails, and returns its error. */
UNWATCHED static int
take_steps(plan *self)
{
    self->step = STEP_SESSION;
    if (syscall(SYS_setsid) < 0) {
        return errno;
    }
    self->step = STEP_SIGNALS;
    if (!reset_signals()) {
        return errno;
    }
    self->step = STEP_FILES;
    if (!arrange_files(self->output_fd)) {
        return errno;
    }
    self->step = STEP_DIRECTORY;
    if (self->cwd != NULL && syscall(SYS_chdir, self->cwd) != 0) {
        return errno;
    }
    self->step = STEP_PROGRAM;
    return become_program(self);
}

UNWATCHED static int
child(void *argument)
{
    plan *self = argument;

    self->error = take_steps(self);
    (void)syscall(SYS_exit_group, NO_PROGRAM);
    return NO_PROGRAM;
}

/* ---- the parent ---- */

/* Returns when the child has become the program, or is about to exit; 0 or the error of clone(2). */
static int
clone_child(plan *self, ez_process *process_out)
{
    g_autofree char *stack = g_malloc(STACK_SIZE);
    const uint64_t all_signals[2] = {UINT64_MAX, UINT64_MAX};
    uint64_t before[2];
    int pidfd = -1;
    int error;

    (void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, all_signals, before, SIGNALS_SIZE);
    process_out->pid = clone(child, stack + STACK_SIZE,
                             CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, self, &pidfd);
    error = process_out->pid < 0 ? errno : 0;
    (void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, before, NULL, SIGNALS_SIZE);
    process_out->pidfd = pidfd;
    return error;
}

static execz_status
explain_clone(const char *name, int error, execz_error *err)
{
    const char *hint = "";

    if (error == EAGAIN) {
        hint =
            "; the user's limit of processes (ulimit -u) or that of the control group is used up";
    } else if (error == EMFILE) {
        hint = "; the limit of open files (ulimit -n) is used up";
    }
    return ez_fail(err, EXECZ_E_IO, "cannot start a process for '%s': %s%s", name,
                   g_strerror(error), hint);
}

static execz_status
explain_step(const plan *self, const ez_body *body, const ez_environment *environment,
             execz_error *err)
{
    static const char *const names[] = {
        [STEP_SESSION] = "begin a session",
        [STEP_SIGNALS] = "reset its signals",
        [STEP_FILES] = "open /dev/null and close what it must not inherit",
    };

    if (self->step == STEP_PROGRAM) {
        return ez_program_explain(body->task, environment, self->error, err);
    }
    if (self->step == STEP_DIRECTORY) {
        return ez_fail(err, EXECZ_E_NOT_FOUND, "cannot use the working directory '%s': %s",
                       self->cwd, g_strerror(self->error));
    }
    return ez_fail(err, EXECZ_E_IO, "the new process for '%s' could not %s: %s", self->argv[0],
                   names[self->step], g_strerror(self->error));
}

static void
bury(ez_process *process)
{
    while (waitid(P_PIDFD, (id_t)process->pidfd, &(siginfo_t){0}, WEXITED) != 0 && errno == EINTR) {
    }
    close(process->pidfd);
    process->pidfd = -1;
}

execz_status
ez_spawn_command(const ez_body *body, const ez_environment *environment, int output_fd,
                 ez_process *process_out, execz_error *err)
{
    char *const *argv = (char *const *)body->task->argv;
    g_auto(GStrv) candidates = NULL;
    ez_process process;
    execz_status status;
    plan self;
    int error;

    if (argv == NULL || argv[0] == NULL || argv[0][0] == '\0') {
        return ez_fail(err, EXECZ_E_INVAL, "the command names no program");
    }
    candidates = ez_program_candidates(argv[0], environment);
    self = (plan){.candidates = candidates,
                  .argv = argv,
                  .environment = ez_environment_entries(environment),
                  .cwd = body->task->cwd,
                  .output_fd = output_fd};
    error = clone_child(&self, &process);
    if (error != 0) {
        return explain_clone(argv[0], error, err);
    }
    if (self.error != 0) {
        status = explain_step(&self, body, environment, err);
        bury(&process);
        return status;
    }
    *process_out = process;
    return EXECZ_OK;
}
