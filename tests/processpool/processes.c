/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

/* The parent and the state of a process; 0 if there is none. */
static pid_t
parent_of(pid_t pid, char *state_out)
{
    char path[40];
    char text[512] = "";
    const char *at;
    int parent = 0;
    FILE *file;

    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    file = fopen(path, "r");
    if (file == NULL) {
        return 0;
    }
    if (fread(text, 1, sizeof text - 1, file) > 0 && (at = strrchr(text, ')')) != NULL) {
        (void)sscanf(at + 1, " %c %d", state_out, &parent);
    }
    (void)fclose(file);
    return parent;
}

bool
is_alive(pid_t pid)
{
    char process_state = 'X';

    return parent_of(pid, &process_state) != 0 && process_state != 'Z' && process_state != 'X';
}

/* The children of parent, zombies included. */
static unsigned
children_of(pid_t parent, pid_t *pids, unsigned max)
{
    DIR *processes = opendir("/proc");
    const struct dirent *at;
    unsigned n = 0;

    while ((at = readdir(processes)) != NULL) {
        pid_t pid = (pid_t)g_ascii_strtoll(at->d_name, NULL, 10);
        char process_state;

        if (pid > 0 && n < max && parent_of(pid, &process_state) == parent) {
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
    unsigned n = children_of(getpid(), pids, 8);

    return n == 0 ? 0 : pids[n - 1];
}

unsigned
worker_pids(pid_t *pids, unsigned max)
{
    pid_t zygote = zygote_pid();

    return zygote == 0 ? 0 : children_of(zygote, pids, max);
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
