/* SPDX-License-Identifier: MIT */
/* A command's environment: ours, the task's on top, and the facts of the run on top of both. */
#ifndef EZ_FUNCTION_ENVIRONMENT_H
#define EZ_FUNCTION_ENVIRONMENT_H

#include "task/body.h"

/* The variable that every process of a run has and no other: `RUN`, or `OUTER/RUN` where a command
 * runs in a command of another scheduler, so that the outer's value is the beginning of it. */
#define EZ_MARK_NAME "EXECZ_TREE"

typedef struct ez_environment {
    GPtrArray *entries; /* of borrowed texts, NULL-terminated; the array is owned */
    GPtrArray *facts;   /* of owned texts, which are in entries too */
    char *ours;         /* the texts of our environment that are in entries; owned */
    const char *mark;   /* value of EZ_MARK_NAME, in facts */
} ez_environment;

/* The texts of body's task are borrowed.  Nobody may change our environment meanwhile (as for every
 * getenv()), but right after that.  EXECZ_E_INVAL if an entry of the task's is no NAME=value. */
execz_status ez_environment_init(ez_environment *self, const ez_body *body, execz_error *err);
void ez_environment_deinit(ez_environment *self);

/* The value of name; NULL if there is none. */
const char *ez_environment_find(const ez_environment *self, const char *name);

/* For exec(2). */
char *const *ez_environment_entries(const ez_environment *self);

#endif
