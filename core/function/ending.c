/* SPDX-License-Identifier: MIT */
#include "function/ending.h"

#include "base/parse.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* "; it was killed, ..." and what else the operator has to know. */
static char *
describe_stop(const ez_ending *self, const execz_task *task)
{
    g_autofree char *grace = ez_format_duration(MAX(0, task->kill_grace));
    GString *text = g_string_new(NULL);

    if (self->killed) {
        g_string_append_printf(text, "; it was killed, for it did not end within %s of TERM",
                               grace);
    } else if (self->n_killed > 0) {
        g_string_append_printf(text, "; %u of its processes did not end within %s of TERM and %s",
                               self->n_killed, grace,
                               self->n_killed == 1 ? "was killed" : "were killed");
    }
    if (self->n_refused > 0) {
        g_string_append_printf(text, "; %u of its processes could not be killed and may live on",
                               self->n_refused);
    }
    if (self->unsearched != NULL) {
        g_string_append_printf(text, "; only its process group was stopped: %s", self->unsearched);
    }
    return g_string_free(text, FALSE);
}

static void
set_stopped(const ez_ending *self, const execz_task *task, ez_outcome *outcome)
{
    g_autofree char *timeout = ez_format_duration(MAX(0, task->timeout));
    g_autofree char *how = describe_stop(self, task);

    if (self->reason == -ETIMEDOUT && task->timeout > 0) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_TIMEOUT, "timed out after %s%s", timeout, how);
    } else if (self->reason == -ETIMEDOUT) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_TIMEOUT, "timed out%s", how);
    } else if (self->reason == -ECANCELED) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_CANCELLED, "cancelled%s", how);
    } else {
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "cannot wait for the command: %s%s",
                       g_strerror(-self->reason), how);
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

static execz_duration
duration_of(struct timeval time)
{
    return time.tv_sec * EXECZ_SECOND + time.tv_usec * EXECZ_MICROSECOND;
}

/* What it used, with the children it has waited for.  Of its memory only a peak above our own can
 * be told from ours, which the kernel has counted as its own when it became the program; otherwise
 * it stays unknown. */
static void
set_usage(const struct rusage *usage, ez_outcome *outcome)
{
    struct rusage own = {0};

    outcome->measured = 1;
    outcome->cpu_user = duration_of(usage->ru_utime);
    outcome->cpu_system = duration_of(usage->ru_stime);
    (void)getrusage(RUSAGE_SELF, &own);
    outcome->max_rss = usage->ru_maxrss > own.ru_maxrss ? (uint64_t)usage->ru_maxrss * 1024 : 0;
}

void
ez_ending_reap(const ez_ending *self, const execz_task *task, int pidfd, ez_outcome *outcome)
{
    siginfo_t end = {0};
    struct rusage usage = {0};
    long result;

    do { /* the system call tells the usage, which libc's waitid() leaves out */
        result = syscall(SYS_waitid, P_PIDFD, pidfd, &end, WEXITED, &usage);
    } while (result != 0 && errno == EINTR);
    if (result == 0) {
        set_usage(&usage, outcome);
    }
    if (result == 0 && end.si_code == CLD_EXITED) {
        outcome->exit_status = end.si_status;
    } else if (result == 0) {
        outcome->signal = end.si_status;
    }
    if (self->reason != 0) {
        set_stopped(self, task, outcome);
    } else if (result == 0) {
        set_ended(&end, outcome);
    } else {
        ez_outcome_set(outcome, EXECZ_OUTCOME_LOST,
                       "how it ended is not known: this program ignores SIGCHLD, or waits for any "
                       "child and took the exit status");
    }
}
