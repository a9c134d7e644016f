"""What may be wrong with the compiler: every predicate, class, path, bind, parent, order and cursor, in turn."""

from __future__ import annotations

from compiler_mutants import Wrong

from sightline.authz import expr, paths, visibility
from sightline.db import authorised, fact_ids, ordering, predicates, queries, reads, statements
from sightline.resolvers import connections, operation, rows
from sightline.schema.plans import columns as plan_columns
from sightline.schema.plans import pages as plan_pages
from sightline.schema.plans import rows as plan_rows

UNGUARDED = Wrong(statements, "_refuse_tables", "id(element) in passed", "True")
RAW = Wrong(
    authorised,
    "authorised",
    "selected.append(expression.label(name))",
    'selected.extend((expression.label(name), table.expression(name, source).label("raw_" + name)))',
)

WRONG: tuple[Wrong, ...] = (
    # Which rows and cells: paths put together.
    Wrong(
        visibility,
        "Visibility.rows",
        "any_of(*(rows for shape, (rows, _) in reached if through in (None, shape.kind)))",
        "TRUE",
    ),
    Wrong(visibility, "Visibility.rows", "any_of(*(rows", "all_of(*(rows"),
    Wrong(visibility, "Visibility.reaching", "fold(Reached(), entity)", "fold(Reached(), entity) if index else FALSE"),
    Wrong(
        visibility,
        "Visibility.reaching",
        "fold(Reached(), entity)",
        "fold(Reached(), entity) if index < len(self.shapes) - 1 else FALSE",
    ),
    Wrong(visibility, "Visibility.reaching", "self.shapes, index,", "self.shapes, 0,"),
    Wrong(visibility, "Visibility.reaching", "for each in classes", "for each in sorted(classes)[1:]"),
    Wrong(visibility, "Visibility._where_held", "all_of(rows, cell)", "cell"),
    Wrong(visibility, "Visibility._where_held", "all_of(rows, cell)", "rows"),
    Wrong(visibility, "Visibility._where_held", "any_of(*", "all_of(*"),
    Wrong(visibility, "Visibility.decide", "access is Marker.INTERNAL or ", ""),
    Wrong(visibility, "Visibility.decide", "access is Marker.INTERNAL", "access is Marker.FOLLOWS_ROW"),
    Wrong(visibility, "Visibility.decide", "needed_classes(access)", "frozenset()"),
    Wrong(visibility, "Visibility.decide_classes", "sorted(classes)", "sorted(classes)[:1]"),
    Wrong(visibility, "Visibility.decide_classes", "sorted(classes)", "sorted(classes)[-1:]"),
    Wrong(visibility, "Visibility.decide_classes", "all_of(*(", "any_of(*("),
    Wrong(visibility, "Visibility.decide_classes", "= Conditional(visible)", "= PERMIT"),
    Wrong(visibility, "Visibility.decide_classes", "= Conditional(visible)", "= DENY"),
    Wrong(visibility, "Visibility.decide_classes", "= Conditional(visible)", "= Conditional(rows)"),
    Wrong(visibility, "Visibility.decide_classes", "= Conditional(visible)", "= Conditional(negate(visible))"),
    Wrong(visibility, "Visibility.decide_classes", "rows == FALSE or visible == FALSE", "rows == FALSE"),
    Wrong(
        visibility,
        "Visibility.decide_classes",
        "at = (entity, classes)",
        "at = (entity, frozenset(sorted(classes)[:1]))",
    ),
    # One path's reading of a rule.
    Wrong(visibility, "Fold.__call__", "Truth(token in self.shape.tokens)", "TRUE"),
    Wrong(visibility, "Fold.__call__", "Truth(token in self.shape.tokens)", "FALSE"),
    Wrong(
        visibility, "Fold.__call__", "bind_name(self.first + self.index, attribute)", "bind_name(self.first, attribute)"
    ),
    Wrong(
        visibility, "Fold.__call__", "return In(column, bind_name(self.first + self.index, attribute))", "return TRUE"
    ),
    Wrong(visibility, "Fold._rows", "self(rule.rows.get(self.shape.kind, FALSE), entity)", "TRUE"),
    Wrong(visibility, "Fold._rows", "rule.rows.get(self.shape.kind, FALSE)", "next(iter(rule.rows.values()))"),
    Wrong(visibility, "Fold.__call__", "MASKS[self.shape.kind].get(field_class, FALSE)", "TRUE"),
    Wrong(visibility, "Fold.__call__", "MASKS[self.shape.kind].get(field_class, FALSE)", "FALSE"),
    Wrong(visibility, "Fold.__call__", "self.model.rules[entity].conditions[name]", "TRUE"),
    Wrong(visibility, "Fold.__call__", "inner = self(where, edge.target)", "inner = TRUE"),
    Wrong(visibility, "Fold.__call__", "FALSE if inner == FALSE else Exists(edge, inner)", "FALSE"),
    Wrong(visibility, "Fold.__call__", "all_of(*(self(part, entity) for part in parts))", "self(parts[0], entity)"),
    Wrong(visibility, "Fold.__call__", "all_of(*(self(part", "any_of(*(self(part"),
    Wrong(visibility, "Fold.__call__", "any_of(*(self(part, entity) for part in parts))", "self(parts[0], entity)"),
    Wrong(visibility, "Fold.__call__", "negate(self(part, entity))", "self(part, entity)"),
    # The algebra, and what visibilities and principals share.
    Wrong(expr, "negate", "Truth(not value)", "Truth(value)"),
    Wrong(expr, "_combine", "if absorbing in flat:", "if absorbing in flat and len(flat) < 2:"),
    Wrong(expr, "_combine", "any(other < pieces[part]", "any(other & pieces[part]"),
    Wrong(expr, "_combine", "other < pieces[part]", "other > pieces[part]"),
    Wrong(paths, "visibility_key", "shape.fingerprint for shape", "shape.kind for shape"),
    Wrong(
        paths, "Paths.binds", "each.values.get(attribute, frozenset())", "each.values.get(attribute, frozenset((1, 2)))"
    ),
    # Predicates as SQL.
    Wrong(predicates, "Predicates.sql", "read != given", "read == given"),
    Wrong(predicates, "Predicates.sql", "read == given if", "read != given if"),
    Wrong(predicates, "Predicates.sql", ".is_(None)", ".is_not(None)"),
    Wrong(predicates, "Predicates.sql", "return among(self._column(column, source), attribute)", "return sa.true()"),
    Wrong(predicates, "Predicates.sql", "for here, there in edge.on", "for here, there in edge.on[:1]"),
    Wrong(predicates, "Predicates.sql", "for here, there in edge.on", "for here, there in edge.on[-1:]"),
    Wrong(predicates, "Predicates.sql", ".where(*joined, deeper.sql(where, target))", ".where(*joined)"),
    Wrong(
        predicates, "Predicates.sql", ".where(*joined, deeper.sql(where, target))", ".where(deeper.sql(where, target))"
    ),
    Wrong(predicates, "Predicates.sql", "sa.and_(*", "sa.or_(*"),
    Wrong(predicates, "Predicates.sql", "sa.or_(*", "sa.and_(*"),
    Wrong(predicates, "Predicates.sql", "sa.not_(self.sql(part, source))", "self.sql(part, source)"),
    Wrong(
        predicates, "Predicates.sql", "self.sql(part, source))", "sa.func.coalesce(self.sql(part, source), sa.false()))"
    ),
    Wrong(predicates, "among", "column == sa.any_(", "column != sa.all_("),
    # The authorised view.
    Wrong(authorised, "authorised", ".where(rows)", ""),
    Wrong(authorised, "authorised", "expression = sa.case((predicate, expression))", ""),
    Wrong(authorised, "authorised", "sa.case((predicate, expression))", "sa.case((sa.not_(predicate), expression))"),
    Wrong(authorised, "authorised", "readings.allows(any_of(*reached))", "sa.true()"),
    Wrong(
        authorised,
        "authorised",
        "readings.allows(decision.predicate)",
        "readings.allows(visibility.rows(entity))",
    ),
    Wrong(
        authorised,
        "authorised",
        'masked.append(sa.case((predicate, sa.literal_column("0")), else_=hidden))',
        'masked.append(sa.case((predicate, hidden), else_=sa.literal_column("0")))',
    ),
    Wrong(authorised, "authorised", "1 << bit", "1 << 0"),
    Wrong(authorised, "authorised", "bits[name] = bit_of[decision.predicate]", "bits[name] = 0"),
    Wrong(authorised, "authorised", "masked[1:], start=masked[0]", "masked[2:], start=masked[0]"),
    Wrong(authorised, "authorised", "if decision.predicate not in bit_of:", "if not bit_of:"),
    Wrong(authorised, "AuthorisedView.nullable", "name in self.bits or ", ""),
    # Reads over it.
    Wrong(reads, "_found", "if view.entity.is_fact:", "if False:"),
    Wrong(reads, "_found", "with_account=view.entity.is_fact", "with_account=True"),
    Wrong(reads, "_found", "view.key(ACCOUNT) == keys.c.account", "view.key(ACCOUNT) >= keys.c.account"),
    Wrong(reads, "Reads._page", ".where(_matching(view, selection.where))", ""),
    Wrong(reads, "Reads._page", "if query.after is not None:", "if False:"),
    Wrong(reads, "Reads._page", "query.after, backward=query.backward", "query.after, backward=not query.backward"),
    Wrong(reads, "Reads._page", "order_by(order, backward=query.backward)", "order_by(order, backward=False)"),
    Wrong(
        reads,
        "Reads._page",
        "order = with_tie_break(view, query.order)",
        "order = with_tie_break(view, query.order)[:-1] or with_tie_break(view, query.order)",
    ),
    Wrong(reads, "Reads._page", "_below_parents(select, view, selection, route.single), view", "select, view"),
    Wrong(reads, "Reads._count", "select_from(view.relation)", "select_from(view.entity.table)", also=(UNGUARDED,)),
    Wrong(reads, "Reads._count", ".where(_matching(view, selection.where))", ""),
    Wrong(reads, "Reads._count", "sa.func.count().label", "(sa.func.count() + sa.literal_column('1')).label"),
    Wrong(reads, "Reads._once", "key = (visibility.key, shape)", "key = shape"),
    Wrong(reads, "Reads.page", "query.columns, query.order, after", "query.columns, after"),
    Wrong(reads, "Reads.page", "after, query.backward, route.shape)", "after, route.shape)"),
    Wrong(reads, "Reads.page", "tuple(value is None for value in query.after)", "()"),
    Wrong(reads, "Reads.lookup", '("lookup", entity, columns, single)', '("lookup", entity, single)'),
    Wrong(
        reads,
        "_selection_shape",
        "selection.parent, selection.through)",
        "selection.parent is None, selection.through)",
    ),
    Wrong(reads, "_keys", "single.issuperset(parameters.values())", "True"),
    Wrong(reads, "_selection_shape", "filter_shape(selection.where)", "None"),
    Wrong(reads, "_below_parents", "if selection.parent.carries_account:", "if False:"),
    Wrong(reads, "_below_parents", "select = select.where(view.column(selection.parent.column) == keys.c.id)", "pass"),
    Wrong(reads, "_below_parents", "keys.join(below, sa.true())", "keys.outerjoin(below, sa.true())"),
    Wrong(reads, "_below_parents", "keys.c.position.label(PARENT)", "sa.literal_column('1').label(PARENT)"),
    Wrong(reads, "_condition", "_fails(_condition(view, part, parameter))", "_condition(view, part, parameter)"),
    Wrong(reads, "_fails", "condition.is_not(sa.true())", "sa.not_(condition)"),
    Wrong(reads, "_condition", "sa.or_(sa.false()", "sa.or_(sa.true()"),
    Wrong(reads, "_condition", "sa.and_(sa.true()", "sa.or_(sa.false()"),
    Wrong(reads, "_condition", "column.is_(None) if wanted", "column.is_(None) if not wanted"),
    Wrong(reads, "_test", "found if operator is Operator.IN else _fails(found)", "found"),
    Wrong(reads, "_test", "column < value", "column <= value"),
    Wrong(reads, "_test", "column >= value", "column > value"),
    Wrong(reads, "_test", "column == value", "column != value"),
    # Moments, compared by the ids that begin with them.
    Wrong(fact_ids, "compared_by_id", "return id_ < begun", "return id_ < over"),
    Wrong(fact_ids, "compared_by_id", "return id_ < over", "return id_ < begun"),
    Wrong(fact_ids, "compared_by_id", "return id_ >= over", "return id_ >= begun"),
    Wrong(fact_ids, "compared_by_id", "return id_ >= begun", "return id_ >= over"),
    Wrong(reads, "_condition", " and name not in view.bits", ""),
    Wrong(statements, "_WritingConstants.visit_shared_predicate", "in parameters", "in parameters[1:]"),
    Wrong(authorised, "_Readings.allows", "(self.entity, expr, self.single)", "(self.entity, TRUE, self.single)"),
    # What is hidden, compared all the same.
    Wrong(reads, "_condition", "column = view.column(name)", 'column = view.relation.c["raw_" + name]', also=(RAW,)),
    Wrong(reads, "_condition", "view.column(name), operator", 'view.relation.c["raw_" + name], operator', also=(RAW,)),
    Wrong(
        reads,
        "_below_parents",
        "view.column(selection.parent.column)",
        'view.relation.c["raw_" + selection.parent.column]',
        also=(RAW,),
    ),
    Wrong(ordering, "with_tie_break", "view.column(key.column)", 'view.relation.c["raw_" + key.column]', also=(RAW,)),
    Wrong(connections, "Page.cursor", "row[each.column] for", 'row["raw_" + each.column] for', also=(RAW,)),
    # Order and cursors.
    Wrong(ordering, "tie_break", 'name != "id"', 'name == "id"'),
    Wrong(ordering, "with_tie_break", "return (*asked, *keys)", "return (*asked,) or tuple(keys)"),
    Wrong(ordering, "with_tie_break", "order[-1].descending if order", "order[0].descending if order"),
    Wrong(ordering, "with_tie_break", "else default_order(view.entity)", "else False"),
    Wrong(ordering, "_direction", "if not key.nullable:", "if True:"),
    Wrong(ordering, "_direction", "directed.nulls_first() if backward", "directed.nulls_last() if backward"),
    Wrong(ordering, "follows_in_order", "sa.or_(beyond, sa.and_(same, further))", "beyond"),
    Wrong(ordering, "follows_in_order", "sa.and_(same, further)", "further"),
    Wrong(ordering, "_beyond_and_same", "if key.nullable and not backward:", "if False:"),
    Wrong(ordering, "_beyond_and_same", "key.column > value if rising", "key.column >= value if rising"),
    Wrong(ordering, "_beyond_and_same", "rising = key.descending is backward", "rising = not key.descending"),
    Wrong(ordering, "_beyond_and_same", "key.column.is_not(None) if backward else sa.false()", "sa.false()"),
    Wrong(ordering, "collated", 'return column.collate("C")', "return column"),
    # Values of filters, and answers put to their parents.
    Wrong(queries, "filter_shape", "return (column, Operator.IS_NULL, value)", "return (column, Operator.IS_NULL)"),
    Wrong(queries, "filter_shape", "(connective, tuple(", "(None, tuple("),
    Wrong(queries, "filter_values", "test.operator is not Operator.IS_NULL", "True"),
    Wrong(
        operation,
        "Operation.rows_by_key",
        "return [placed.get(position) for position in range(1, len(keys) + 1)]",
        "return [*placed.values(), *[None] * len(keys)][: len(keys)]",
    ),
    Wrong(operation, "Operation.pages", "record[PARENT] - 1", "0"),
    Wrong(
        operation,
        "Operation.counts",
        "counted[position] for position in range(1, len(parents) + 1)",
        "counted[1] for position in range(1, len(parents) + 1)",
    ),
    Wrong(connections, "Page.has_more", "> self.window.size", ">= self.window.size"),
    Wrong(connections, "Page.cut", "[: self.window.size]", ""),
    Wrong(connections, "Page.cut", "rows[::-1] if self.window.backward else rows", "rows"),
    Wrong(
        connections,
        "Page.cursor",
        "(*(row[each.column] for each in self.order), *(row",
        "(*(None for each in self.order), *(row",
    ),
    Wrong(rows, "Row.masks", "self.hidden >> bit & 1", "self.hidden & 1"),
    # Plans: what is put where, and what is noted.
    Wrong(rows, "Records.hidden", "reduce(or_, self.column(HIDDEN), 0) if self.bits else 0", "0"),
    Wrong(plan_rows, "RowsNamed.values", "wanted[position - 1]: answer", "wanted[0]: answer"),
    Wrong(plan_rows, "Guarded.values", ">> bit & 1", ">> bit & 0"),
    Wrong(plan_pages, "PagePlan._read", "record[PARENT] - 1", "0"),
    Wrong(plan_pages, "Pages.owners", "[page] * len(rows)", "[self.pages[0]] * len(rows)"),
    Wrong(plan_columns, "scattered", "None if value is None else next(following)", "next(following, None)"),
    Wrong(rows, "Records.rows", "self.column(HIDDEN) if self.bits else [0]", "[0]"),
)
