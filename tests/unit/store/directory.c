/* SPDX-License-Identifier: MIT */
#include "store/directory.h"

#include "support/scratch.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/new/assert.h>

Test(directory, it_is_made_for_this_user_alone)
{
    char *scratch = scratch_new();
    g_autofree char *path = g_build_filename(scratch, "state", NULL);
    g_autofree char *lock = g_build_filename(path, EZ_DIRECTORY_LOCK, NULL);
    struct stat facts;
    int file = ez_directory_take(path, NULL);

    cr_assert(file >= 0);
    cr_assert(eq(int, stat(path, &facts), 0));
    cr_expect(eq(u32, facts.st_mode & 0777, 0700));
    close(file);
    g_unlink(lock);
    g_rmdir(path);
    scratch_free(scratch);
}

Test(directory, who_comes_second_is_told_the_first_ones_pid)
{
    char *path = scratch_new();
    g_autofree char *pid = g_strdup_printf("process %d,", getpid());
    execz_error err = EXECZ_ERROR_INIT;
    int file = ez_directory_take(path, NULL), again;

    cr_assert(file >= 0);
    cr_expect(eq(int, ez_directory_take(path, &err), -1));
    cr_expect(eq(int, err.status, EXECZ_E_EXISTS));
    cr_expect(strstr(err.message, pid) != NULL && strstr(err.message, path) != NULL, "%s",
              err.message);
    close(file);
    again = ez_directory_take(path, NULL);
    cr_expect(again >= 0, "it is free again");
    close(again);
    scratch_free(path);
}

/* Takes it in a process that is gone when this returns, and lets a child of that have it still. */
static pid_t
leave_to_a_child(const char *path)
{
    int told[2];
    pid_t owner, child = 0;

    cr_assert(eq(int, pipe(told), 0));
    owner = fork();
    if (owner == 0) {
        (void)ez_directory_take(path, NULL);
        child = fork();
        if (child == 0) {
            g_usleep(50000);
            _exit(0);
        }
        (void)write(told[1], &child, sizeof child);
        _exit(0);
    }
    cr_assert(eq(i64, read(told[0], &child, sizeof child), sizeof child));
    cr_assert(eq(int, waitpid(owner, NULL, 0), owner));
    close(told[0]);
    close(told[1]);
    return child;
}

Test(directory, what_a_child_of_a_dead_scheduler_has_open_is_waited_for)
{
    char *path = scratch_new();
    execz_error err = EXECZ_ERROR_INIT;
    int file;

    cr_assert(gt(int, leave_to_a_child(path), 0));
    file = ez_directory_take(path, &err);
    cr_expect(file >= 0, "%s", err.message);
    close(file);
    scratch_free(path);
}

Test(directory, one_that_others_can_change_is_refused)
{
    char *path = scratch_new();
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(eq(int, chmod(path, 0777), 0));
    cr_expect(eq(int, ez_directory_take(path, &err), -1));
    cr_expect(eq(int, err.status, EXECZ_E_PERMISSION));
    cr_expect(strstr(err.message, "chmod go-w") != NULL, "%s", err.message);
    scratch_free(path);
}

Test(directory, one_of_another_user_is_refused_with_what_to_do)
{
    char *path;
    execz_error err = EXECZ_ERROR_INIT;

    if (geteuid() != 0) {
        cr_skip("only root can give a directory away");
    }
    path = scratch_new();
    cr_assert(eq(int, chown(path, 65534, (gid_t)-1), 0));
    cr_expect(eq(int, ez_directory_take(path, &err), -1));
    cr_expect(eq(int, err.status, EXECZ_E_PERMISSION));
    cr_expect(strstr(err.message, "belongs to the user 65534, and this is 0: chown it") != NULL,
              "%s", err.message);
    scratch_free(path);
}

Test(directory, what_is_no_directory_says_so)
{
    char *scratch = scratch_new();
    g_autofree char *path = g_build_filename(scratch, "file", NULL);
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(g_file_set_contents(path, "x", 1, NULL));
    cr_expect(eq(int, ez_directory_take(path, &err), -1));
    cr_expect(eq(int, err.status, EXECZ_E_IO));
    cr_expect(strstr(err.message, path) != NULL, "%s", err.message);
    scratch_free(scratch);
}
