/* SPDX-License-Identifier: MIT */
/* The child shares our memory until it has become the program (CLONE_VM), so a start costs the same
 * in a process of 4 MiB and in one of 4 GiB; fork(2) copies page tables, 20 us per MiB.  And nobody
 * waits for it: the thread that starts a command on an event loop has others to serve, and to be
 * given a processor and to read the program takes the child a fraction of a millisecond, or much
 * longer where the machine is busy.  Hence the rules for what is under "the child":
 *
 *   - It makes system calls by itself and writes into its plan, nothing else: no lock, no
 *     allocation, no function of libc (its state would be ours, errno with it).  Sanitizers must not
 *     look at it, for they would take it for the thread that made it.
 *   - Plan, stack and all they point to stay where they are until it has become the program, which
 *     its first output tells, or its end.  What the program around us may change meanwhile, its
 *     environment, is copied.
 *   - All signals are blocked from before the clone until our handlers are out of its way.
 *
 * On machines whose system calls we do not know by heart, the calling thread stands still meanwhile
 * (CLONE_VFORK) and libc makes them.
 *
 * Not posix_spawn(3): it waits, and cannot tell which step failed, so that directories and programs
 * have to be looked at beforehand (slower, and a race), and its result is a number that somebody
 * else's wait(-1) may already have set free.  Here the descriptor of the process comes with the
 * process. */
#include "function/spawn.h"

#include "base/error.h"
#include "function/program.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIGNALS_SIZE ((size_t)_NSIG / 8) /* the kernel's sigset_t, in bytes; libc's is longer */
#define NO_PROGRAM 127                   /* the exit status that shells use, too */

#if defined(__clang__)
#define UNWATCHED __attribute__((noinline, disable_sanitizer_instrumentation))
#else
#define UNWATCHED __attribute__((noinline, no_sanitize("address", "thread", "undefined")))
#endif

/* By the name under which the thread sanitizer does not know it: it takes every clone() for a fork(),
 * after which it refuses new threads, or crashes, also where it was only loaded before all others. */
#ifdef __GLIBC__
extern int __clone(int (*function)(void *), void *stack, int flags, void *argument, ...);
#define clone __clone
#endif

/* ---- the child ---- */

/* A system call; its result, or a negative errno. */
UNWATCHED static long
call(long number, long a, long b, long c, long d)
{
#if defined(__x86_64__)
    register long fourth __asm__("r10") = d;
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long what __asm__("x8") = number;
    register long first __asm__("x0") = a;
    register long second __asm__("x1") = b;
    register long third __asm__("x2") = c;
    register long fourth __asm__("x3") = d;

    __asm__ volatile("svc 0"
                     : "+r"(first)
                     : "r"(what), "r"(second), "r"(third), "r"(fourth)
                     : "memory");
    return first;
#else
    long result = syscall(number, a, b, c, d);

    return result < 0 ? -errno : result;
#endif
}

#if defined(__x86_64__) || defined(__aarch64__)
#define STAND_STILL 0
#else
#define STAND_STILL CLONE_VFORK
#endif

/* Each returns 0, or a negative errno. */

UNWATCHED static long
reset_signals(void)
{
    /* SIG_DFL without flags and mask, in whatever order this machine has them. */
    static const uint64_t plain_action[8];
    static const uint64_t no_signals[2];

    for (int number = 1; number < _NSIG; number++) {
        (void)call(SYS_rt_sigaction, number, (long)plain_action, 0, SIGNALS_SIZE);
    }
    return call(SYS_rt_sigprocmask, SIG_SETMASK, (long)no_signals, 0, SIGNALS_SIZE);
}

UNWATCHED static long
arrange_files(int output_fd)
{
    static const char null_device[] = "/dev/null";
    long null = call(SYS_openat, AT_FDCWD, (long)null_device, O_RDONLY, 0);
    long result = null > 0 ? call(SYS_dup3, null, 0, 0, 0) : null;

    if (result >= 0) {
        result = call(SYS_dup3, output_fd, 1, 0, 0);
    }
    if (result >= 0) {
        result = call(SYS_dup3, output_fd, 2, 0, 0);
    }
    return result >= 0 ? call(SYS_close_range, 3, ~0u, 0, 0) : result;
}

/* As execvp(3): goes on to the next candidate as long as this one is just not there, and remembers
 * one that may not be executed. */
UNWATCHED static long
become_program(const ez_plan *self)
{
    long result = -ENOENT;

    for (char *const *at = self->candidates; *at != NULL; at++) {
        long error = call(SYS_execve, (long)*at, (long)self->argv, (long)self->environment, 0);

        if (error == -EACCES) {
            result = error;
        } else if (error != -ENOENT && error != -ENOTDIR) {
            return error;
        }
    }
    return result;
}

/* Takes all steps up to one that fails, and returns its error. */
UNWATCHED static long
take_steps(ez_plan *self)
{
    long result;

    self->step = EZ_STEP_SESSION;
    result = call(SYS_setsid, 0, 0, 0, 0);
    if (result >= 0) {
        self->step = EZ_STEP_SIGNALS;
        result = reset_signals();
    }
    if (result >= 0) {
        self->step = EZ_STEP_FILES;
        result = arrange_files(self->output_fd);
    }
    if (result >= 0 && self->cwd != NULL) {
        self->step = EZ_STEP_DIRECTORY;
        result = call(SYS_chdir, (long)self->cwd, 0, 0, 0);
    }
    if (result >= 0) {
        self->step = EZ_STEP_PROGRAM;
        result = become_program(self);
    }
    return result;
}

UNWATCHED static int
child(void *argument)
{
    ez_plan *self = argument;

    self->error = (int)-take_steps(self);
    (void)call(SYS_exit_group, NO_PROGRAM, 0, 0, 0);
    return NO_PROGRAM;
}

/* ---- the parent ---- */

static struct {
    atomic_uint open; /* threads that start a command right now */
    atomic_bool closed;
} door;

void
ez_spawn_close(void)
{
    atomic_store(&door.closed, true);
    while (atomic_load(&door.open) > 0) {
        (void)sched_yield();
    }
}

/* Valgrind has its library loaded before all others.  It knows such a child only where the caller stands
 * still, and makes it one that does not share our memory: then a step that fails is not told. */
extern void _vgnU_freeres(void) __attribute__((weak));

/* 0 or the error of clone(2). */
static int
clone_child(ez_process *self, char *stack)
{
    const uint64_t all_signals[2] = {UINT64_MAX, UINT64_MAX};
    uint64_t before[2];
    int flags = CLONE_VM | STAND_STILL | CLONE_PIDFD | SIGCHLD;
    int pidfd = -1;
    int error;

    flags |= _vgnU_freeres != NULL ? CLONE_VFORK : 0;
    (void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, all_signals, before, SIGNALS_SIZE);
    self->pid = clone(child, stack + EZ_SPAWN_STACK, flags, &self->plan, &pidfd);
    error = self->pid < 0 ? errno : 0;
    (void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, before, NULL, SIGNALS_SIZE);
    self->pidfd = pidfd;
    return error;
}

/* The same, unless no command is to be started any more. */
static int
clone_through_door(ez_process *self, char *stack)
{
    int error;

    atomic_fetch_add(&door.open, 1);
    error = atomic_load(&door.closed) ? ECANCELED : clone_child(self, stack);
    atomic_fetch_sub(&door.open, 1);
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

execz_status
ez_spawn_start(ez_process *self, const ez_body *body, const ez_environment *environment,
               int output_fd, char *stack, execz_error *err)
{
    char *const *argv = (char *const *)body->task->argv;
    int error;

    if (argv == NULL || argv[0] == NULL || argv[0][0] == '\0') {
        return ez_fail(err, EXECZ_E_INVAL, "the command names no program");
    }
    self->plan = (ez_plan){.candidates = ez_program_candidates(argv[0], environment),
                           .argv = argv,
                           .environment = ez_environment_entries(environment),
                           .cwd = body->task->cwd,
                           .output_fd = output_fd};
    error = clone_through_door(self, stack);
    return error != 0 ? explain_clone(argv[0], error, err) : EXECZ_OK;
}

execz_status
ez_spawn_check(const ez_process *self, const ez_body *body, const ez_environment *environment,
               execz_error *err)
{
    static const char *const names[] = {
        [EZ_STEP_SESSION] = "begin a session",
        [EZ_STEP_SIGNALS] = "reset its signals",
        [EZ_STEP_FILES] = "open /dev/null and close what it must not inherit",
    };
    const ez_plan *plan = &self->plan;

    if (plan->error == 0) {
        return EXECZ_OK;
    }
    if (plan->step == EZ_STEP_PROGRAM) {
        return ez_program_explain(body->task, environment, plan->error, err);
    }
    if (plan->step == EZ_STEP_DIRECTORY) {
        return ez_fail(err, EXECZ_E_NOT_FOUND, "cannot use the working directory '%s': %s",
                       plan->cwd, g_strerror(plan->error));
    }
    return ez_fail(err, EXECZ_E_IO, "the new process for '%s' could not %s: %s", plan->argv[0],
                   names[plan->step], g_strerror(plan->error));
}

void
ez_spawn_deinit(ez_process *self)
{
    if (self->pidfd >= 0) {
        close(self->pidfd);
        self->pidfd = -1;
    }
    g_clear_pointer(&self->plan.candidates, g_strfreev);
}
