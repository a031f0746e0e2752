/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

typedef struct process {
    pid_t parent; /* 0: there is no such process */
    char state;
    char name[16];
} process;

static process
look_up(pid_t pid)
{
    char path[40];
    char text[512] = "";
    process found = {.state = 'X'};
    const char *at;
    FILE *file;

    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    file = fopen(path, "r");
    if (file == NULL) {
        return found;
    }
    if (fread(text, 1, sizeof text - 1, file) > 0 && (at = strrchr(text, ')')) != NULL) {
        (void)sscanf(text, "%*d (%15[^)]", found.name);
        (void)sscanf(at + 1, " %c %d", &found.state, &found.parent);
    }
    (void)fclose(file);
    return found;
}

bool
is_alive(pid_t pid)
{
    process found = look_up(pid);

    return found.parent != 0 && found.state != 'Z' && found.state != 'X';
}

/* The children of parent with this name; NULL: all, zombies included. */
static unsigned
children_of(pid_t parent, const char *name, pid_t *pids, unsigned max)
{
    DIR *processes = opendir("/proc");
    const struct dirent *at;
    unsigned n = 0;

    while ((at = readdir(processes)) != NULL) {
        pid_t pid = (pid_t)g_ascii_strtoll(at->d_name, NULL, 10);
        process found = look_up(pid);

        if (pid > 0 && n < max && found.parent == parent &&
            (name == NULL || (strcmp(name, found.name) == 0 && found.state != 'Z'))) {
            pids[n++] = pid;
        }
    }
    closedir(processes);
    return n;
}

pid_t
zygote_pid(void)
{
    pid_t pids[8];
    unsigned n = children_of(getpid(), NULL, pids, 8);

    return n == 0 ? 0 : pids[n - 1];
}

void
await_no_zygote(void)
{
    for (int i = 0; i < 60000 && zygote_pid() != 0; i++) {
        (void)poll(NULL, 0, 1);
    }
    CHECK(zygote_pid() == 0);
}

pid_t
host_pid(void)
{
    pid_t pids[8];
    unsigned n =
        children_of(getpid(), "execz-plugin-ho", pids, 8); /* as far as the kernel shows it */

    return n == 0 ? 0 : pids[n - 1];
}

bool
has_no_host(void *unused)
{
    (void)unused;
    return host_pid() == 0;
}

static unsigned
forked(const char *name, pid_t *pids, unsigned max)
{
    pid_t zygote = zygote_pid();

    return zygote == 0 ? 0 : children_of(zygote, name, pids, max);
}

unsigned
worker_pids(pid_t *pids, unsigned max)
{
    return forked("execz-worker", pids, max);
}

unsigned
child_pids(pid_t *pids, unsigned max)
{
    return forked(NULL, pids, max);
}

static bool
has_spare(void *pid_out)
{
    pid_t pids[8];
    unsigned n = forked("execz-spare", pids, 8);

    while (n > 0 && !is_alive(pids[n - 1])) {
        n--; /* not reaped yet */
    }
    *(pid_t *)pid_out = n > 0 ? pids[n - 1] : 0;
    return n > 0;
}

pid_t
await_spare(void)
{
    pid_t pid = 0;

    await_that(has_spare, &pid, "there is a spare process");
    return pid;
}

unsigned
count_entries(const char *directory)
{
    DIR *dir = opendir(directory);
    unsigned n = 0;

    while (readdir(dir) != NULL) {
        n++;
    }
    closedir(dir);
    return n;
}

void
await_entries(const char *directory, unsigned most)
{
    for (int i = 0; i < 60000 && count_entries(directory) > most; i++) {
        (void)poll(NULL, 0, 1);
    }
    CHECK(count_entries(directory) <= most);
}
