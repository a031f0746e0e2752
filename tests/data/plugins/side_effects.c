/* SPDX-License-Identifier: MIT */
/* Changes the whole process while it is loaded. */
#define ALIAS "side_effects"
#include "body.h"

#include <locale.h>
#include <signal.h>
#include <sys/resource.h>
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
    struct rlimit limit;
    sigset_t mask;

    sigaction(SIGCHLD, &action, NULL);
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &mask, NULL);
    umask(0);
    setlocale(LC_ALL, "C.UTF-8");
    setenv("EXECZ_TEST_MEDDLED", "yes", 1);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur--;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (chdir("/") != 0) {
        abort();
    }
}
