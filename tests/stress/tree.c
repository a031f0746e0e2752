/* SPDX-License-Identifier: MIT */
/* A tree of processes that do all they can to stay: they fork twice, lead sessions of their own and
 * ignore TERM.
 *
 *   tree tree TAG PROCESSES FIFO   says "up", and a byte to FIFO, when all of them are there
 *   tree leaf TAG                  what they become: TAG is in their command lines
 *
 * Small, and without any library, for thousands of them are started. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READY_FD 9
#define LIFE 900 /* seconds, should all else fail */

static void
leaf(void)
{
    (void)!write(READY_FD, "x", 1);
    close(READY_FD);
    alarm(LIFE);
    for (;;) {
        pause();
    }
}

/* Becomes a leaf: without the run's environment, or without its output, or both. */
static void
become_leaf(char **argv, bool keep_environment, bool keep_output)
{
    char *const leaf_argv[] = {argv[0], (char *)"leaf", argv[2], NULL};
    char *const nothing[] = {NULL};
    int null = open("/dev/null", O_RDWR);

    if (!keep_output) {
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
    }
    close(null);
    execve("/proc/self/exe", leaf_argv, keep_environment ? environ : nothing);
    _exit(1);
}

/* One kind can be found by its environment only, one by its output, one by its parent. */
static void
branch(char **argv, int number)
{
    if (fork() != 0) {
        return;
    }
    setsid();
    if (number % 3 == 0) {
        become_leaf(argv, false, false);
    }
    if (fork() == 0) {
        become_leaf(argv, number % 3 == 1, number % 3 == 2);
    }
    _exit(0);
}

static void
tell(const char *fifo)
{
    int fd = open(fifo, O_WRONLY | O_CLOEXEC);

    (void)!write(STDOUT_FILENO, "up\n", 3);
    (void)!write(fd, "x", 1);
    close(fd);
}

static void
tree(char **argv)
{
    static const struct sigaction ignore = {.sa_handler = SIG_IGN};
    int n = (int)atol(argv[3]) - 1;
    int ends[2];
    char byte;

    sigaction(SIGTERM, &ignore, NULL);
    if (pipe2(ends, O_CLOEXEC) != 0 || dup2(ends[1], READY_FD) < 0) {
        _exit(1);
    }
    for (int i = 0; i < n; i++) {
        branch(argv, i);
    }
    for (int i = 0; i < n; i++) {
        (void)!read(ends[0], &byte, 1);
    }
    tell(argv[4]);
    alarm(LIFE);
    for (;;) {
        pause();
    }
}

int
main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "leaf") == 0) {
        leaf();
    } else if (argc > 4 && strcmp(argv[1], "tree") == 0) {
        tree(argv);
    }
    return 1;
}
