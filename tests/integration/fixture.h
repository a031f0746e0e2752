/* SPDX-License-Identifier: MIT */
/* Runs the real program with files in a directory of the test's own. */
#ifndef EZ_TEST_INTEGRATION_FIXTURE_H
#define EZ_TEST_INTEGRATION_FIXTURE_H

#include <stdbool.h>
#include <sys/types.h>

#include <glib.h>

/* A program that has ended. */
typedef struct ended {
    int status; /* what it exited with; 128 + the signal that ended it */
    char *out;  /* owned by the fixture, as err */
    char *err;
} ended;

/* A program that runs; its stderr goes where its stdout goes. */
typedef struct live {
    pid_t pid;
    int fd;       /* its output */
    GString *out; /* what was read of it so far */
    char *text;   /* all of it, once it has ended; owned by the fixture */
} live;

/* The directory of this test, empty at first, removed at its end. */
const char *own_directory(void);

/* The path of a file in it.  The fixture owns the text. */
char *own_path(const char *name);

/* Writes a file into it; returns its path. */
char *own_file(const char *name, const char *text);

/* A copy of text that the fixture owns. */
char *keep_text(const char *text);

/* Runs execz with these arguments, up to NULL, in the own directory, until it ends. */
ended run_execz(const char *first, ...) G_GNUC_NULL_TERMINATED;

/* Runs any program, up to NULL, the same way. */
ended run_program(const char *first, ...) G_GNUC_NULL_TERMINATED;

/* The same on a terminal, which is its stdin, stdout and stderr. */
ended run_on_terminal(const char *first, ...) G_GNUC_NULL_TERMINATED;

/* Starts execz with these arguments, up to NULL. */
live start_execz(const char *first, ...) G_GNUC_NULL_TERMINATED;

/* Reads until text has come; the test fails if it does not come. */
void await(live *self, const char *text);

/* Reads a piece, whatever it is; the test fails if nothing comes. */
void await_more(live *self);

/* Waits for a file to appear in the own directory. */
void await_file(const char *name);

/* Reads to the end and waits; returns what it exited with. */
int await_end(live *self);

/* Waits until that process is gone, or dead and only not buried yet: a signal that was sent takes a
 * moment to kill. */
void await_gone(pid_t pid);

/* The number in a file of the own directory. */
pid_t own_pid(const char *name);

/* The first line of text that contains both words; NULL if there is none. */
char *line_with(const char *text, const char *word, const char *other);

/* How often word is in text. */
unsigned count_of(const char *text, const char *word);

/* Expects that text contains word, and shows the text if not. */
#define expect_in(text, word)                                                                      \
    do {                                                                                           \
        const char *text_ = (text);                                                                \
                                                                                                   \
        cr_expect(strstr(text_, (word)) != NULL, "%s is not in:\n%s", word, text_);                \
    } while (0)
#define expect_not_in(text, word)                                                                  \
    do {                                                                                           \
        const char *text_ = (text);                                                                \
                                                                                                   \
        cr_expect(strstr(text_, (word)) == NULL, "%s is in:\n%s", word, text_);                    \
    } while (0)

#endif
