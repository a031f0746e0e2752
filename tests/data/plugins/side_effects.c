/* SPDX-License-Identifier: MIT */
/* Changes the whole process while it is loaded. */
#define ALIAS "side_effects"
#include "body.h"

#include <locale.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

static void
on_child(int number)
{
    (void)number;
}

__attribute__((constructor)) static void
meddle(void)
{
    struct sigaction action = {.sa_handler = on_child};
    sigset_t mask;

    sigaction(SIGCHLD, &action, NULL);
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &mask, NULL);
    umask(0);
    setlocale(LC_ALL, "C.UTF-8");
    if (chdir("/") != 0) {
        abort();
    }
}
