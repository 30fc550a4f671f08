import sys
import psycopg2
import psycopg2.extras

# argv[2]: the server that the tests started.
connection = psycopg2.connect(sys.argv[2])
cursor = connection.cursor()
cursor.execute("create temp table t (i int, s text, j jsonb, d timestamp)")
for i in range(int(sys.argv[1])):
    cursor.execute("insert into t values (%s, %s, %s, now())",
                   (i, "text %d" % i, psycopg2.extras.Json({"i": [i]})))
    cursor.execute("select * from t order by i desc limit 20")
    rows = cursor.fetchall()
    with connection.cursor(
            cursor_factory=psycopg2.extras.RealDictCursor) as other:
        other.execute("select array[1, 2], %s::numeric, null", (i,))
        other.fetchone()
    connection.commit()
    try:
        cursor.execute("select nonsense")
    except psycopg2.Error:
        connection.rollback()
    with connection.cursor("named") as named:
        named.execute("select * from generate_series(1, 50)")
        sum(1 for row in named)
    connection.rollback()
    second = psycopg2.connect(sys.argv[2])
    second.close()
connection.close()
