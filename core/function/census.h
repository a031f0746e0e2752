/* SPDX-License-Identifier: MIT */
/* The processes of this machine at one moment, as far as /proc shows them. */
#ifndef EZ_FUNCTION_CENSUS_H
#define EZ_FUNCTION_CENSUS_H

#include <stdbool.h>
#include <sys/types.h>

#include <glib.h>

#include <execz/types.h>

typedef struct ez_census_process {
    pid_t pid; /* with began: who it is, though numbers are used again */
    pid_t parent;
    pid_t group;
    pid_t session;
    uint64_t began;
    uint64_t code; /* where that of its program begins; 0: it is just made or ended */
    uint64_t
        identity;     /* the number that its pidfds have, and no other process ever; 0: not known */
    bool bare;        /* it cannot have an environment */
    bool unseen;      /* taken over from an earlier census, not looked at: it may be dead */
    const char *kin;  /* mark of the tree that it was found to be of, by ez_kin_gather(); NULL */
    const char *mark; /* value of EZ_MARK_NAME, owned by the census; NULL: none, or not for us */
    uint64_t pipes[2]; /* inodes behind its descriptors 1 and 2; 0: no pipe */
} ez_census_process;

typedef struct ez_census {
    GArray *processes; /* of ez_census_process, by pid */
    GStringChunk *texts;
    unsigned n_unclear; /* of processes, caught while exec(2) gave them their environment */
} ez_census;

/* Now, in the unit of ez_census_process.began, rounded down. */
uint64_t ez_census_now(void);

/* Looks at all living processes that began at since or later, except this one and the first of all.
 * before (may be NULL) is an earlier census: who was marked stays
 * marked, and of who was found to be kin only the life is looked at, or, if it is trusted,
 * nothing: for who signals them anyhow.  EXECZ_E_LIMIT if
 * there are not descriptors enough, EXECZ_E_IO if /proc cannot be read.  Takes 30 us a
 * process, less one of kin: not for an event loop. */
execz_status ez_census_take(ez_census *self, const ez_census *before, bool trusted, uint64_t since,
                            execz_error *err);
void ez_census_deinit(ez_census *self);

/* NULL: it is not there. */
const ez_census_process *ez_census_find(const ez_census *self, pid_t pid);

/* It is dead: the next census has to look at who has its number. */
void ez_census_forget(ez_census_process *process);

/* A descriptor (pidfd) of exactly this process; -1 and errno, ESRCH if it is gone. */
int ez_census_open(const ez_census_process *process);

/* Signals exactly this process; 0, or a negative errno. */
int ez_census_send(const ez_census_process *process, int signal_number);

#endif
