/* SPDX-License-Identifier: MIT */
#include "daemon/init.h"

#include "command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Buries who is dead; true once the child is among them. */
static bool
bury(pid_t child, int *exit_out)
{
    bool ended = false;
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == child) {
            *exit_out = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            ended = true;
        }
    }
    return ended;
}

static void
watch(pid_t child, const sigset_t *signals, int *exit_out)
{
    for (;;) {
        int signal = sigwaitinfo(signals, NULL);

        if (signal == SIGCHLD && bury(child, exit_out)) {
            return;
        }
        if (signal > 0 && signal != SIGCHLD) {
            (void)kill(child, signal);
        }
    }
}

/* A process group of its own, so that what a terminal sends to the group comes once; with the terminal, if we
 * have one. */
static void
begin_child(pid_t parent, const sigset_t *before)
{
    (void)setpgid(0, 0);
    if (isatty(STDIN_FILENO)) {
        (void)tcsetpgrp(STDIN_FILENO, getpid()); /* SIGTTOU is blocked still */
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(EZ_EXIT_FAILED);
    }
    (void)sigprocmask(SIG_SETMASK, before, NULL);
}

bool
ez_init_run(bool wanted, int *exit_out)
{
    pid_t self = getpid();
    sigset_t all, before;
    pid_t child;

    if (self != 1 && !wanted) {
        return false;
    }
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, &before);
    child = fork();
    if (child == 0) {
        begin_child(self, &before);
        return false;
    }
    if (child < 0) {
        fprintf(stderr, "execz: cannot start a process: %s\n", strerror(errno));
        *exit_out = EZ_EXIT_FAILED;
        return true;
    }
    watch(child, &all, exit_out);
    return true;
}
