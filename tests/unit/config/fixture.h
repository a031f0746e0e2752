/* SPDX-License-Identifier: MIT */
/* Configurations for tests: in a directory of their own, with a catalog of known plugins. */
#ifndef EZ_TEST_CONFIG_FIXTURE_H
#define EZ_TEST_CONFIG_FIXTURE_H

#include "config/config.h"

/* Makes an empty directory and goes there, so that messages have relative paths; caller frees. */
char *enter_directory(void);

/* Removes it with all that is in it. */
void leave_directory(const char *path);

void write_file(const char *path, const char *text);

/* A configuration with the catalog it was checked with. */
typedef struct loaded {
    ez_config *config;
    ez_catalog *catalog;
} loaded;

void loaded_clear(loaded *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(loaded, loaded_clear)

/* Loads path and checks it with the plugins that were built for these tests. */
loaded load(const char *path);

/* The same for a text, as the file t.conf in a directory that is gone afterwards. */
loaded load_text(const char *text);

/* All problems, a line or more each. */
char *problems_of(ez_report *report);

/* The problems of a configuration that is this text. */
void expect_problems_of(const char *text, const char *expected);

/* The task of that id; the test fails if there is none. */
const ez_config_task *task_of(const loaded *self, const char *id);

/* What a configuration says, in the order of its files, without defaults; see tests/data. */
char *dump_config(const ez_config *config);

#endif
