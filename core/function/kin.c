/* SPDX-License-Identifier: MIT */
/* A process is of a tree if any of these holds:
 *   it is the command, or in its session or group    while that number is the command's
 *   it carries the mark of the run                   EXECZ_TREE in its environment
 *   its stdout or stderr is the run's pipe
 *   its parent is of the tree
 *   it was of the tree in an earlier census          its parent may have died meanwhile
 *
 * All trees are looked for at once, by tables of what they are known by, so that a hundred trees in
 * thousands of processes take no longer than one. */
#include "function/kin.h"

#include <string.h>
#include <sys/wait.h>

/* A tree that a process is of. */
typedef struct bond {
    guint tree;
    guint next; /* place in bonds, from 1; 0: none */
} bond;

typedef struct kinship {
    ez_census *census;
    const ez_tree *const *trees;
    GPtrArray *const *members;
    GHashTable *by_number, *by_pipe, *by_mark; /* place of the tree, from 1 */
    GArray *bonds;
    guint *first; /* bond of each process */
    guint
        *twin; /* of each tree: the place, from 1, of an earlier one with the same mark; 0: none */
    bool changed;
} kinship;

bool
ez_tree_owns_number(const ez_tree *tree)
{
    siginfo_t end;

    return waitid(P_PIDFD, (id_t)tree->pidfd, &end, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static void
add(kinship *self, guint index, guint tree)
{
    ez_census_process *process = &g_array_index(self->census->processes, ez_census_process, index);
    bond one = {tree, self->first[index]};

    if (process->began < self->trees[tree]->began) {
        return;
    }
    for (guint at = self->first[index]; at != 0;) {
        const bond *it = &g_array_index(self->bonds, bond, at - 1);

        if (it->tree == tree) {
            return;
        }
        at = it->next;
    }
    g_array_append_val(self->bonds, one);
    self->first[index] = self->bonds->len;
    g_ptr_array_add(self->members[tree], process);
    if (process->kin == NULL) {
        process->kin = g_string_chunk_insert_const(self->census->texts, self->trees[tree]->mark);
    }
    self->changed = true;
}

static void
add_found(kinship *self, guint index, GHashTable *table, gconstpointer key)
{
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(table, key));

    if (place != 0) {
        add(self, index, place - 1);
    }
}

/* The mark of a run in a run begins with that of the outer one, and a slash. */
static void
add_marked(kinship *self, guint index, const char *mark)
{
    g_autofree char *prefix = g_strdup(mark);

    while (prefix != NULL) {
        char *end = strrchr(prefix, '/');

        add_found(self, index, self->by_mark, prefix);
        if (end == NULL) {
            return;
        }
        *end = '\0';
    }
}

/* By what it is itself. */
static void
add_known(kinship *self, guint index)
{
    const ez_census_process *at = &g_array_index(self->census->processes, ez_census_process, index);

    add_found(self, index, self->by_number, GINT_TO_POINTER(at->pid));
    add_found(self, index, self->by_number, GINT_TO_POINTER(at->group));
    add_found(self, index, self->by_number, GINT_TO_POINTER(at->session));
    for (int i = 0; i < 2; i++) {
        if (at->pipes[i] != 0) {
            add_found(self, index, self->by_pipe, &at->pipes[i]);
        }
    }
    add_marked(self, index, at->mark);
    if (at->kin != NULL) {
        add_found(self, index, self->by_mark, at->kin);
    }
}

static void
add_as_child(kinship *self, guint index)
{
    GArray *processes = self->census->processes;
    const ez_census_process *all = (const ez_census_process *)(void *)processes->data;
    const ez_census_process *parent = ez_census_find(self->census, all[index].parent);

    if (parent == NULL) {
        return;
    }
    for (guint at = self->first[parent - all]; at != 0;) {
        bond one = g_array_index(self->bonds, bond, at - 1);

        add(self, index, one.tree);
        at = one.next;
    }
}

static void
note_trees(kinship *self, guint n)
{
    for (guint i = 0; i < n; i++) {
        const ez_tree *tree = self->trees[i];
        gpointer place = GUINT_TO_POINTER(i + 1);

        self->twin[i] = GPOINTER_TO_UINT(g_hash_table_lookup(self->by_mark, tree->mark));
        if (self->twin[i] != 0) {
            continue; /* two hunts after one tree */
        }
        if (ez_tree_owns_number(tree)) {
            g_hash_table_insert(self->by_number, GINT_TO_POINTER(tree->pid), place);
        }
        if (tree->pipe != 0) {
            g_hash_table_insert(self->by_pipe, (gpointer)&tree->pipe, place);
        }
        g_hash_table_insert(self->by_mark, (gpointer)tree->mark, place);
    }
}

void
ez_kin_gather(ez_census *census, const ez_tree *const *trees, GPtrArray *const *members, guint n)
{
    kinship self = {.census = census,
                    .trees = trees,
                    .members = members,
                    .by_number = g_hash_table_new(NULL, NULL),
                    .by_pipe = g_hash_table_new(g_int64_hash, g_int64_equal),
                    .by_mark = g_hash_table_new(g_str_hash, g_str_equal),
                    .bonds = g_array_new(FALSE, FALSE, sizeof(bond)),
                    .first = g_new0(guint, census->processes->len + 1),
                    .twin = g_new0(guint, n + 1)};

    note_trees(&self, n);
    for (guint i = 0; i < census->processes->len; i++) {
        add_known(&self, i);
    }
    /* Children come after their parents but where the numbers have begun anew: few passes do. */
    do {
        self.changed = false;
        for (guint i = 0; i < census->processes->len; i++) {
            add_as_child(&self, i);
        }
    } while (self.changed);
    for (guint i = 0; i < n; i++) {
        if (self.twin[i] != 0) {
            g_ptr_array_extend(members[i], members[self.twin[i] - 1], NULL, NULL);
        }
    }
    g_hash_table_unref(self.by_number);
    g_hash_table_unref(self.by_pipe);
    g_hash_table_unref(self.by_mark);
    g_array_unref(self.bonds);
    g_free(self.first);
    g_free(self.twin);
}
