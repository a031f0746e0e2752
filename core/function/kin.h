/* SPDX-License-Identifier: MIT */
/* Which processes of a census are of which tree. */
#ifndef EZ_FUNCTION_KIN_H
#define EZ_FUNCTION_KIN_H

#include "function/census.h"

/* By what the processes of a command are known. */
typedef struct ez_tree {
    pid_t pid;        /* of the command, whose session and group have this number, too */
    int pidfd;        /* of the command */
    uint64_t began;   /* ez_census_now() before it began */
    uint64_t pipe;    /* inode of the pipe that its output goes to; 0: none */
    const char *mark; /* its EZ_MARK_NAME, that of no other tree */
} ez_tree;

/* Whether the command has not been reaped by the program around us, so that its number, and that of
 * its group, is still its own. */
bool ez_tree_owns_number(const ez_tree *tree);

/* Fills members[i], an empty array, with the living of trees[i], as ez_census_process, and notes in
 * the census whose kin they are. */
void ez_kin_gather(ez_census *census, const ez_tree *const *trees, GPtrArray *const *members,
                   guint n);

#endif
