/* SPDX-License-Identifier: MIT */
/* Files that must not be loaded: a sound plugin, changed.  What it was before has a constructor that
 * leaves a file behind, so that none of its code can run without being seen. */
#ifndef EZ_TEST_PLUGIN_HOSTILE_H
#define EZ_TEST_PLUGIN_HOSTILE_H

#include "fixture.h"

/* A hostile file in the making. */
typedef struct victim {
    const char *directory;
    char *path;     /* owned */
    uint8_t *bytes; /* owned */
    size_t size;
} victim;

typedef struct hostile {
    const char *what;
    const char *code;
    void (*change)(victim *self); /* the bytes, before they are written */
    void (*place)(victim *self);  /* the file, after it was written */
} hostile;

/* A sound plugin, not yet written to its path. */
victim victim_make(void);
void victim_deinit(victim *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(victim, victim_deinit)

void victim_write(victim *self);

/* Looks for the file as execz does, and loads it if nothing is found against it: how it was refused.
 * The test fails if it was not. */
execz_error victim_load(const char *path);

/* Each of them is refused with its code, and none of its code runs. */
void expect_refused(const hostile *all, size_t n);
#define EXPECT_REFUSED(all) expect_refused((all), G_N_ELEMENTS(all))

#endif
