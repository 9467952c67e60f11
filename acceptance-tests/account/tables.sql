-- What the scenarios about tables name, in either account; for Athena, where it costs nothing.
-- `acceptance_sales` is what TF_ACC_GLUE_DATABASE names, and the place is one of yours.
CREATE DATABASE acceptance_sales;

CREATE EXTERNAL TABLE acceptance_sales.orders (
  email string,
  phone string,
  segment string,
  country string,
  day date,
  amount double
)
STORED AS PARQUET
LOCATION 's3://a-bucket-of-yours/orders/';
