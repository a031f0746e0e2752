/* SPDX-License-Identifier: MIT */
/* A command leads a session of its own and outlives a worker that is killed.  What belongs to it is
 * known by the environment that all its processes have inherited: EXECZ_RUN, a number that no other
 * run of this host has.  Only a process that has thrown its environment away is missed. */
#include "worker.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

/* A killed process may just have forked: look again until nothing is found. */
#define ROUNDS 20

/* Whether a process' environment, n bytes of NUL-terminated texts, has this entry. */
static int
has_entry(const char *environment, size_t n, const char *entry)
{
    const char *at = environment, *end = environment + n;

    while (at < end && strcmp(at, entry) != 0) {
        at += strlen(at) + 1;
    }
    return at < end;
}

static size_t
read_environment(const char *pid, char **text_out)
{
    char path[64];
    size_t length = 0, room = 8192;
    char *text = malloc(room);
    ssize_t n = 0;
    int fd;

    (void)snprintf(path, sizeof path, "/proc/%.20s/environ", pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && text != NULL && (n = read(fd, text + length, room - length - 1)) > 0) {
        length += (size_t)n;
        if (length + 1 == room) {
            char *more = realloc(text, room *= 2);

            if (more == NULL) {
                break;
            }
            text = more;
        }
    }
    if (fd >= 0) {
        close(fd);
    }
    if (text != NULL) {
        text[length] = '\0';
    }
    *text_out = text;
    return text == NULL ? 0 : length;
}

static int
belongs(const char *pid, const char *entry)
{
    char *environment;
    size_t length = read_environment(pid, &environment);
    int found = length > 0 && has_entry(environment, length, entry);

    free(environment);
    return found;
}

/* Kills the process if it belongs to the run; its number cannot become somebody else's between the
 * look and the kill, because the descriptor is opened before. */
static int
kill_if(const char *pid, const char *entry)
{
    int pidfd, killed = 0;

    if (!belongs(pid, entry)) {
        return 0;
    }
    pidfd = pidfd_open((pid_t)strtoimax(pid, NULL, 10), 0);
    if (pidfd >= 0 && belongs(pid, entry)) {
        killed = pidfd_send_signal(pidfd, SIGKILL, NULL, 0) == 0;
    }
    if (pidfd >= 0) {
        close(pidfd);
    }
    return killed;
}

void
sweep_run(execz_run run)
{
    char entry[40];
    int found = 1;

    (void)snprintf(entry, sizeof entry, "EXECZ_RUN=%" PRIu64, run);
    for (int round = 0; found && round < ROUNDS; round++) {
        DIR *processes = opendir("/proc");
        const struct dirent *at;

        found = 0;
        while (processes != NULL && (at = readdir(processes)) != NULL) {
            found |= isdigit((unsigned char)at->d_name[0]) && kill_if(at->d_name, entry);
        }
        if (processes != NULL) {
            closedir(processes);
        }
    }
}
