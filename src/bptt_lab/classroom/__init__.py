"""For teachers: a version of the course without solutions, and the grades of a folder of submitted notebooks.

    python -m bptt_lab.classroom make-version OUT          the course for a class: its solutions are put out of sight
    python -m bptt_lab.classroom solutions OUT             the notebooks with every solution filled in
    python -m bptt_lab.classroom grade FOLDER GRADES.csv   one row for each submitted notebook
    python -m bptt_lab.classroom nbgrader OUT              the notebooks with exercises, as nbgrader's source/

`grade` runs what students wrote. Do that where there is nothing to lose: in a container or on a machine without secrets.
"""
