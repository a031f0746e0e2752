/* SPDX-License-Identifier: MIT */
#include "function/forked.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

uint32_t ez_forked_depth;

static void
count_fork(void)
{
    ez_forked_depth++;
}

__attribute__((constructor)) static void
watch_forks(void)
{
    (void)pthread_atfork(NULL, NULL, count_fork);
}

/* Nothing of what the copy shares with us may be touched: no lock, no descriptor but stderr, no
 * handler of exit(3). */
void
ez_forked_end(const execz_task *task)
{
    char text[1024];
    int length =
        snprintf(text, sizeof text,
                 "execz: %s%.255s%s has forked, and the new process (pid %d) goes on as if "
                 "it were the old one, so it is ended: after fork() a child must exec a "
                 "program or _exit()\n",
                 task != NULL ? "task=" : "", task != NULL ? task->id : "a coroutine",
                 task != NULL ? " its body" : "", (int)getpid());

    (void)!write(STDERR_FILENO, text, (size_t)length);
    _exit(EXIT_FAILURE);
}
