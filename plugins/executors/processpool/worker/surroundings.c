/* SPDX-License-Identifier: MIT */
/* They are exchanged around a command, not taken away for good: an initializer may have changed
 * directory or environment for the functions that follow it. */
#include "surroundings.h"

#include "sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Written before the first fork. */
static int home = -1;
static struct stat home_facts;
static mode_t first_mask;
static char **first_environment; /* owned, with room for one more */

static char **
copy_environment(void)
{
    size_t n = 0;
    char **copy;

    while (environ != NULL && environ[n] != NULL) {
        n++;
    }
    copy = calloc(n + 2, sizeof *copy);
    for (size_t i = 0; copy != NULL && i < n; i++) {
        copy[i] = strdup(environ[i]);
        if (copy[i] == NULL) {
            return NULL; /* the zygote does not start */
        }
    }
    return copy;
}

int
surroundings_remember(void)
{
    first_environment = copy_environment();
    if (first_environment == NULL) {
        return -ENOMEM;
    }
    home = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (home < 0 || fstat(home, &home_facts) != 0) {
        return -errno;
    }
    first_mask = umask(0);
    (void)umask(first_mask);
    return 0;
}

/* By hand: setenv() takes the memory of the environment that it has made last, which need not be
 * the one that is in force. */
static void
put(const char *name, const char *value)
{
    size_t length = strlen(name);
    char **at = first_environment;
    char *entry;

    while (*at != NULL && (strncmp(*at, name, length) != 0 || (*at)[length] != '=')) {
        at++;
    }
    if (asprintf(&entry, "%s=%s", name, value) >= 0) {
        free(*at);
        *at = entry;
    }
}

void
surroundings_mark(uint64_t mark)
{
    const char *marks;

    sweep_mark(mark);
    marks = getenv(SWEEP_TREE);
    if (marks != NULL) {
        put(SWEEP_TREE, marks);
    }
}

/* Goes home, if that is elsewhere. */
static int
go_home(int *directory_out)
{
    struct stat here;
    int error;

    *directory_out = -1;
    if (stat(".", &here) == 0 && here.st_dev == home_facts.st_dev &&
        here.st_ino == home_facts.st_ino) {
        return 0;
    }
    *directory_out = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*directory_out < 0) {
        return -errno;
    }
    if (fchdir(home) != 0) {
        error = errno;
        close(*directory_out);
        return -error;
    }
    return 0;
}

int
surroundings_take(surroundings *before)
{
    struct sigaction plain = {.sa_handler = SIG_DFL};
    int result = go_home(&before->directory);

    if (result != 0) {
        return result;
    }
    before->mask = umask(first_mask);
    before->environment = environ;
    environ = first_environment;
    (void)sigaction(SIGCHLD, &plain, &before->child);
    return 0;
}

void
surroundings_give_back(const surroundings *before)
{
    (void)sigaction(SIGCHLD, &before->child, NULL);
    environ = before->environment;
    (void)umask(before->mask);
    if (before->directory >= 0) {
        (void)fchdir(before->directory);
        close(before->directory);
    }
}
