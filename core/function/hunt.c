/* SPDX-License-Identifier: MIT */
/* Killing takes two stages.  First everybody is stopped, in rounds, until a census shows nobody
 * new: what stands still neither forks nor loses its children to init, and keeps its place in the
 * table of processes, so that a fork bomb runs dry.  Then everybody is killed, whom that census
 * shows; in rounds only if not everybody could be stopped.
 *
 * Invariants: a process is signalled through a pidfd whose owner was looked at again after it was
 * opened, so never one that has inherited a number; and it gets TERM only once, so TERM goes to
 * those outside of the group, which has got it already. */
#include "function/hunt.h"

#include "base/error.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef PIDFD_SIGNAL_PROCESS_GROUP /* Linux 6.9 */
#define PIDFD_SIGNAL_PROCESS_GROUP (1u << 2)
#endif

/* ---- signals ---- */

void
ez_hunt_signal_group(const ez_tree *tree, int signal_number)
{
    long result = syscall(SYS_pidfd_send_signal, tree->pidfd, signal_number, NULL,
                          PIDFD_SIGNAL_PROCESS_GROUP);

    if (result != 0 && errno == EINVAL && ez_tree_owns_number(tree)) {
        result = kill(-tree->pid, signal_number);
    }
    if (result != 0 && errno == ESRCH) { /* not yet the leader of a group */
        (void)pidfd_send_signal(tree->pidfd, signal_number, NULL, 0);
    }
}

static bool
is_seen(const ez_hunt *self, const ez_census_process *process)
{
    gpointer began = NULL;

    return g_hash_table_lookup_extended(self->seen, GINT_TO_POINTER(process->pid), NULL, &began) &&
           GPOINTER_TO_SIZE(began) == (gsize)process->began;
}

/* Sends to those who have not got it yet; returns how many these were, and in lacking_out (may be
 * NULL) how many could not get it now. */
static guint
send_to_new(ez_hunt *self, const GPtrArray *members, int signal_number, guint *lacking_out)
{
    guint n = 0, lacking = 0;

    for (guint i = 0; i < members->len; i++) {
        ez_census_process *at = members->pdata[i];
        int result;

        if (is_seen(self, at)) {
            continue;
        }
        n++;
        result = ez_census_send(at, signal_number);
        if (result == -EMFILE || result == -ENFILE || result == -ENOMEM) {
            lacking++; /* in the next round, perhaps */
            continue;
        }
        g_hash_table_insert(self->seen, GINT_TO_POINTER(at->pid),
                            GSIZE_TO_POINTER((gsize)at->began));
        if (result == -ESRCH) {
            ez_census_forget(at);
        }
        self->refused += signal_number == SIGKILL && result == -EPERM;
        self->killed += signal_number == SIGKILL && result != -EPERM; /* if not now, by its group */
    }
    if (lacking_out != NULL) {
        *lacking_out = lacking;
    }
    return n;
}

/* ---- one round of one hunt; they return whether it may be the last ---- */

static bool
look(ez_hunt *self, const GPtrArray *members)
{
    self->left = members->len;
    for (guint i = 0; i < members->len && self->one_left < 0; i++) {
        self->one_left = ez_census_open(members->pdata[i]);
    }
    return true;
}

static bool
terminate(ez_hunt *self, GPtrArray *members)
{
    bool numbered = ez_tree_owns_number(&self->tree);

    for (guint i = members->len; i > 0; i--) {
        const ez_census_process *at = members->pdata[i - 1];

        if (numbered && at->group == self->tree.pid) {
            g_ptr_array_remove_index_fast(members, i - 1);
        }
    }
    (void)send_to_new(self, members, self->signal, NULL);
    self->left = members->len;
    return true;
}

static bool
is_frozen(ez_hunt *self, const GPtrArray *members, bool unclear)
{
    if (self->frozen) {
        return true;
    }
    ez_hunt_signal_group(&self->tree, SIGSTOP);
    self->complete = send_to_new(self, members, SIGSTOP, NULL) == 0 && !unclear;
    if (!self->complete && self->rounds < EZ_HUNT_ROUNDS_MAX) {
        return false;
    }
    g_hash_table_remove_all(self->seen);
    self->frozen = true;
    self->rounds = 0;
    return true;
}

static bool
slay(ez_hunt *self, const GPtrArray *members, bool unclear)
{
    guint n, lacking;

    if (!is_frozen(self, members, unclear)) {
        return false;
    }
    ez_hunt_signal_group(&self->tree, SIGKILL);
    n = send_to_new(self, members, SIGKILL, &lacking);
    if (self->complete) {
        n = lacking; /* who stands still has no children */
    }
    self->left = self->refused + n; /* n have got it, and others may have come */
    return n == 0;
}

bool
ez_hunt_take_round(ez_hunt *self, GPtrArray *members, bool unclear)
{
    bool last;

    self->rounds++;
    if (self->signal == 0) {
        last = look(self, members);
    } else if (self->signal == SIGKILL) {
        last = slay(self, members, unclear);
    } else {
        last = terminate(self, members);
    }
    return (last && !unclear) || self->rounds >= EZ_HUNT_ROUNDS_MAX;
}

/* ---- the end ---- */

void
ez_hunt_finish(ez_hunt *self)
{
    if (self->done_fd >= 0) {
        (void)eventfd_write(self->done_fd, 1);
    }
    atomic_store_explicit(&self->done, true, memory_order_release);
}

void
ez_hunt_give_up(ez_hunt *self, const char *why)
{
    self->error = g_strdup(why);
    ez_hunt_signal_group(&self->tree, self->signal == SIGTERM ? 0 : self->signal);
    ez_hunt_finish(self);
}

bool
ez_hunt_is_done(const ez_hunt *self)
{
    return atomic_load_explicit(&self->done, memory_order_acquire);
}

void
ez_hunt_deinit(ez_hunt *self)
{
    if (self->done_fd >= 0) {
        close(self->done_fd);
    }
    if (self->one_left >= 0) {
        close(self->one_left);
    }
    g_clear_pointer(&self->seen, g_hash_table_unref);
    g_clear_pointer(&self->error, g_free);
}
