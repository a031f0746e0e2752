/* SPDX-License-Identifier: MIT */
/* Configurations for tests: in a directory of their own, with a catalog of known plugins. */
#ifndef EZ_TEST_CONFIG_FIXTURE_H
#define EZ_TEST_CONFIG_FIXTURE_H

#include "config/config.h"

/* A text that was read as the file t.conf, and what was wrong with it; starts as zeroes. */
typedef struct fixture {
    ez_document *document;
    ez_report *report;
} fixture;

void fixture_clear(fixture *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(fixture, fixture_clear)

/* Reads one more file; the second is short for one text. */
void read_bytes(fixture *self, const char *name, const char *text, size_t length);
void read_text(fixture *self, const char *text);

/* A key and its value; the test fails if there is none. */
const ez_ini_entry *entry(const fixture *self, const char *kind, const char *name, const char *key);
char *value(const fixture *self, const char *kind, const char *name, const char *key);

/* What the reader alone says about text. */
void expect_problems(const char *text, const char *expected);

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

/* The spec of the task "a" with these lines besides a schedule and a body. */
execz_task_spec spec_of(loaded *self, const char *lines);

/* What a configuration says, in the order of its files, without defaults; see tests/data. */
char *dump_config(const ez_config *config);

#endif
