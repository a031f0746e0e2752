/* SPDX-License-Identifier: MIT */
/* What can be wrong with a store: when it is opened, and later.  What is full, or cannot be written, is so. */
#include "bed.h"

#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static char *
path_of(const bed *self)
{
    return g_build_filename(self->directory, "execz.db", NULL);
}

static void
put_file(bed *self, const char *bytes, size_t length)
{
    g_autofree char *path = g_build_filename(self->directory, "execz.db", NULL);

    cr_assert(g_file_set_contents(path, bytes, (gssize)length, NULL));
}

Test(store, a_file_that_is_no_database_is_refused_and_left_alone)
{
    bed self = bed_new();
    g_autofree char *path = g_build_filename(self.directory, "execz.db", NULL);
    g_autofree char *text = g_strnfill(5000, 'x');
    g_autofree char *after = NULL;

    put_file(&self, text, 5000);
    bed_expect_refusal(&self, "not a database");
    cr_assert(g_file_get_contents(path, &after, NULL, NULL));
    cr_expect(eq(str, after, text));
    bed_free(&self);
}

/* Changes bytes of the database, which is closed, at an offset of its header. */
static void
patch_header(bed *self, size_t at, const char *bytes, size_t n)
{
    g_autofree char *path = g_build_filename(self->directory, "execz.db", NULL);
    g_autofree char *file = NULL;
    gsize length;

    cr_assert(g_file_get_contents(path, &file, &length, NULL));
    memcpy(file + at, bytes, n);
    cr_assert(g_file_set_contents(path, file, (gssize)length, NULL));
}

Test(store, two_on_one_directory_are_not_possible)
{
    bed self = bed_new();
    g_autoptr(ez_report) report = ez_report_new();
    g_autofree char *pid = g_strdup_printf("process %d,", getpid());
    execz_error err = EXECZ_ERROR_INIT;
    ez_store *second;

    bed_open(&self, bed_for_ever, 1);
    second = bed_make(&self, NULL, 0, report);
    cr_expect(eq(int, ez_store_open(second, &err), EXECZ_E_EXISTS));
    cr_expect(strstr(err.message, pid) != NULL, "%s", err.message);
    ez_store_free(second);
    bed_free(&self);
}

Test(store, options_that_are_wrong_are_reported)
{
    static const ez_setting settings[] = {{.key = "synchronous", .value = "perhaps"},
                                          {.key = "retain_cont", .value = "5"}};
    bed self = bed_new();
    g_autoptr(ez_report) report = ez_report_new();

    cr_expect(bed_make(&self, settings, 2, report) == NULL);
    cr_expect(eq(sz, ez_report_count(report), 2));
    bed_free(&self);
}

/* ---- while it is open ------------------------------------------------------------------------ */

static void
note(bed *self, execz_time run_time)
{
    bed_occurrence(self, EXECZ_STORE_NOTE, "a", run_time, 1, EXECZ_OUTCOME_OK);
}

/* The batch cannot be committed, for that reason. */
static void
expect_failure(bed *self, const char *part)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(ez_store_commit(self->store, &self->batch, &err) != EXECZ_OK);
    cr_expect(strstr(err.message, part) != NULL, "%s", err.message);
    cr_expect(strstr(err.message, self->directory) != NULL, "%s", err.message);
}

static void
count(void *user, const execz_history_record *record)
{
    (void)record;
    ++*(unsigned *)user;
}

static void
expect_ends(bed *self, unsigned wanted)
{
    execz_history_filter filter = {.size = sizeof filter,
                                   .outcomes = EXECZ_HISTORY_ANY,
                                   .scheduled = EXECZ_TIME_NEVER,
                                   .until = EXECZ_TIME_NEVER,
                                   .limit = 100000};
    unsigned n = 0;

    cr_assert(ez_store_history(self->store, &filter, count, &n, NULL) == EXECZ_OK);
    cr_expect(eq(uint, n, wanted));
}

static void
skip_unless_root(void)
{
    if (geteuid() != 0) {
        cr_skip("only root may mount a disk");
    }
}

/* The directory is a small disk of its own, which nobody else sees; false if that is not allowed here. */
static bool
mount_small_disk(const bed *self)
{
    bool mounted = unshare(CLONE_NEWNS) == 0 &&
                   mount("none", "/", "none", MS_REC | MS_PRIVATE, "") == 0 &&
                   mount("small", self->directory, "tmpfs", 0, "size=512k,mode=0700") == 0;

    if (!mounted) { /* in some containers */
        cr_log_warn("nothing is shown by this: not even root may mount here");
    }
    return mounted;
}

Test(store, a_disk_that_is_full_loses_nothing_once_there_is_room)
{
    bed self;
    unsigned n = 0;
    execz_error err = EXECZ_ERROR_INIT;

    skip_unless_root();
    self = bed_new();
    if (!mount_small_disk(&self)) {
        bed_free(&self);
        return;
    }
    bed_open(&self, bed_for_ever, 1);
    while (n < 100000) {
        note(&self, ++n);
        if (n % 100 == 0 && ez_store_commit(self.store, &self.batch, &err) != EXECZ_OK) {
            break;
        }
        if (n % 100 == 0) {
            ez_batch_clear(&self.batch);
        }
    }
    cr_expect(strstr(err.message, "the disk is full: make room") != NULL, "%s", err.message);
    expect_failure(&self, "the disk is full");
    cr_assert(mount("small", self.directory, "tmpfs", MS_REMOUNT, "size=64m") == 0);
    bed_commit(&self);
    expect_ends(&self, n);
    ez_store_free(self.store);
    self.store = NULL;
    cr_assert(umount(self.directory) == 0);
    bed_free(&self);
}

Test(store, a_directory_that_is_read_only_is_refused_with_what_to_do)
{
    bed self;

    skip_unless_root();
    self = bed_new();
    if (mount_small_disk(&self)) {
        cr_assert(mount("small", self.directory, "tmpfs", MS_REMOUNT | MS_RDONLY, "") == 0);
        bed_expect_refusal(&self, "mount its file system for writing");
        ez_store_free(self.store);
        self.store = NULL;
        cr_assert(umount(self.directory) == 0);
    }
    bed_free(&self);
}

Test(store, a_database_that_is_gone_is_missed_and_taken_up_when_it_is_back)
{
    bed self = bed_new();
    g_autofree char *path = path_of(&self), *away = g_strconcat(path, ".away", NULL);

    bed_open(&self, bed_for_ever, 1);
    note(&self, 1);
    bed_commit(&self);
    cr_assert(g_rename(path, away) == 0);
    note(&self, 2);
    expect_failure(&self, "is gone");
    cr_assert(g_rename(away, path) == 0);
    bed_commit(&self);
    bed_reopen(&self);
    expect_ends(&self, 2);
    bed_free(&self);
}

Test(store, a_directory_that_is_gone_is_missed_and_taken_up_when_it_is_back)
{
    bed self = bed_new();
    g_autofree char *away = g_strconcat(self.directory, ".away", NULL);

    bed_open(&self, bed_for_ever, 1);
    note(&self, 1);
    bed_commit(&self);
    cr_assert(g_rename(self.directory, away) == 0);
    note(&self, 2);
    expect_failure(&self, "is gone");
    cr_assert(g_rename(away, self.directory) == 0);
    bed_commit(&self);
    bed_reopen(&self);
    expect_ends(&self, 2);
    bed_free(&self);
}

/* Root may write whatever the permissions are, so it becomes somebody else, who owns the directory. */
static void
give_up_root(const bed *self)
{
    if (geteuid() == 0) {
        cr_assert(chown(self->directory, 65534, (gid_t)-1) == 0);
        cr_assert(seteuid(65534) == 0);
    }
}

/* Its process is one again that a sanitizer can look at. */
static void
be_root_again(void)
{
    if (getuid() == 0) {
        cr_assert(seteuid(0) == 0);
        cr_assert(prctl(PR_SET_DUMPABLE, 1) == 0);
    }
}

Test(store, a_database_that_may_not_be_written_is_refused_with_what_to_do)
{
    bed self = bed_new();
    g_autofree char *path = path_of(&self);

    give_up_root(&self);
    bed_open(&self, bed_for_ever, 1);
    note(&self, 1);
    bed_commit(&self);
    ez_store_free(self.store);
    cr_assert(g_chmod(path, 0400) == 0);
    bed_expect_refusal(&self, "see to its permissions");
    ez_store_free(self.store);
    cr_assert(g_chmod(path, 0600) == 0);
    bed_open(&self, bed_for_ever, 1);
    expect_ends(&self, 1);
    ez_store_free(self.store);
    self.store = NULL;
    be_root_again();
    bed_free(&self);
}

Test(store, another_file_in_the_place_of_the_database_is_not_written_to)
{
    bed self = bed_new();
    g_autofree char *path = path_of(&self), *away = g_strconcat(path, ".away", NULL);

    bed_open(&self, bed_for_ever, 1);
    cr_assert(g_rename(path, away) == 0);
    put_file(&self, "", 0);
    note(&self, 1);
    expect_failure(&self, "another file than the one that was opened");
    cr_assert(g_rename(away, path) == 0);
    bed_commit(&self);
    expect_ends(&self, 1);
    bed_free(&self);
}

Test(store, a_database_that_was_cut_off_is_told)
{
    bed self = bed_new();
    g_autofree char *path = path_of(&self);

    bed_open(&self, bed_for_ever, 1);
    note(&self, 1);
    bed_commit(&self);
    bed_reopen(&self);
    note(&self, 2);
    bed_commit(&self);
    cr_assert(truncate(path, 4096) == 0);
    note(&self, 3);
    expect_failure(&self, "somebody has cut it off");
    bed_free(&self);
}

/* By a process that then crashes. */
static void
commit_around_a_removal(bed *self)
{
    g_autofree char *path = path_of(self), *log = g_strconcat(path, "-wal", NULL);

    bed_open(self, bed_for_ever, 1);
    note(self, 1);
    bed_commit(self);
    if (unlink(log) != 0) {
        _exit(1);
    }
    note(self, 2);
    bed_commit(self);
    _exit(0);
}

Test(store, what_was_committed_to_a_log_that_somebody_has_removed_survives_a_crash)
{
    bed self = bed_new();
    pid_t child = fork();
    int status = -1;

    if (child == 0) {
        commit_around_a_removal(&self);
    }
    cr_assert(waitpid(child, &status, 0) == child && status == 0);
    bed_open(&self, bed_for_ever, 1);
    expect_ends(&self, 2);
    bed_free(&self);
}

/* ---- damage ---------------------------------------------------------------------------------- */

/* A closed database of many pages. */
static void
make_large(bed *self)
{
    bed_open(self, bed_for_ever, 1);
    for (int i = 1; i <= 2000; i++) {
        note(self, i);
    }
    bed_commit(self);
    g_clear_pointer(&self->store, ez_store_free);
}

Test(store, a_truncated_database_is_refused_with_what_to_do)
{
    bed self = bed_new();
    g_autofree char *path = path_of(&self);
    struct stat facts;

    make_large(&self);
    cr_assert(stat(path, &facts) == 0 && truncate(path, facts.st_size / 2) == 0);
    bed_expect_refusal(&self, "restore it from a backup");
    bed_free(&self);
}

Test(store, a_database_with_a_damaged_page_is_refused_with_what_to_do)
{
    bed self = bed_new();
    g_autofree char *garbage = g_strnfill(4096, 'x');

    make_large(&self);
    for (size_t page = 1; page < 8; page++) {
        patch_header(&self, page * 4096, garbage, 4096);
    }
    bed_expect_refusal(&self, "restore it from a backup");
    bed_free(&self);
}
